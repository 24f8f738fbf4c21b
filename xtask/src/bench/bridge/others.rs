//! The other bridges, and how each is started.

use testkit::cpu;

use super::super::SERVER_CPU;
use super::super::between::OtherProgram;
use super::super::peers::find;

/// All known bridges.
pub(super) const OTHERS: [OtherProgram; 2] = [
    OtherProgram {
        name: "websockify",
        needs: "websockify (Debian: websockify)",
        // A process each, of some 4 MB.
        most_idle: 200,
        command: |_, address, backend| {
            let mut command = cpu::pinned(SERVER_CPU, find("websockify")?);
            command.arg(address.to_string()).arg(backend.to_string());
            Ok(command)
        },
    },
    OtherProgram {
        name: "websocat",
        needs: "websocat 1 (cargo install websocat --version '^1')",
        most_idle: u32::MAX,
        command: |_, address, backend| {
            let mut command = cpu::pinned(SERVER_CPU, find("websocat")?);
            command.args(["--binary", "--exit-on-eof", "-B", "65536"]);
            command.arg(format!("ws-l:{address}"));
            command.arg(format!("tcp:{backend}"));
            Ok(command)
        },
    },
];
