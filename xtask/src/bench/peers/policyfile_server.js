// The package policyfile, attached to a plain server: HOST PORT FILE. Its own dedicated server answers before it has read the
// request, so some of its replies are lost to a reset.
'use strict';

const fs = require('fs');
const net = require('net');
const policyfile = require('policyfile');

const [host, port, path] = process.argv.slice(2);
const server = net.createServer((socket) => socket.on('error', () => socket.destroy()));
const policy = policyfile.createServer({ log: false });
policy.buffer = Buffer.concat([fs.readFileSync(path), Buffer.alloc(1)]);
policy.listen(-1, server);
server.listen({ port: Number(port), host, backlog: 4096 });
