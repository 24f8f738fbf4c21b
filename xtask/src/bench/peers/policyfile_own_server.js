// The package policyfile with its own server, which answers before it has read the request: HOST PORT FILE.
'use strict';

const fs = require('fs');
const policyfile = require('policyfile');

const [host, port, path] = process.argv.slice(2);
const policy = policyfile.createServer({ log: false });
policy.buffer = Buffer.concat([fs.readFileSync(path), Buffer.alloc(1)]);
policy.listen(Number(port));
