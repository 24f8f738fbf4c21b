// For nginx's njs: reads the whole request, then lets nginx send the policy.
import fs from 'fs';

const REQUEST = '<policy-file-request/>\0';
const REPLY = fs.readFileSync('@POLICY@').toString() + '\0';

function request(s) {
    let seen = '';
    s.on('upload', function (data) {
        seen += data;
        if (seen.startsWith(REQUEST)) {
            s.done();
        } else if (!REQUEST.startsWith(seen)) {
            s.deny();
        }
    });
}

function reply() {
    return REPLY;
}

export default { request, reply };
