//! The other bridges, and how each is started.

use testkit::cpu;

use super::super::SERVER_CPU;
use super::super::between::OtherProgram;
use super::super::peers::{Version, find, python_packages};

/// All known bridges.
pub(in crate::bench) const OTHERS: [OtherProgram; 2] = [
    OtherProgram {
        name: "websockify",
        needs: "websockify (PyPI or Debian: websockify)",
        version: Version::Pinned("0.13.0"),
        how: "[`websockify SOURCE TARGET`](https://github.com/novnc/websockify#readme)",
        // A process each, of some 4 MB.
        most_idle: 200,
        command: |_, address, backend| {
            let program = find("websockify")?;
            let mut command = cpu::pinned(SERVER_CPU, &program);
            if let Some(packages) = python_packages(&program) {
                command.env("PYTHONPATH", packages);
            }
            command.arg(address.to_string()).arg(backend.to_string());
            Ok(command)
        },
    },
    OtherProgram {
        name: "websocat",
        needs: "websocat 1 (cargo install websocat --version '^1')",
        version: Version::Pinned("1.14.1"),
        how: "[`ws-l:` and `tcp:`](https://github.com/vi/websocat#readme), with `--binary`, `--exit-on-eof` and buffers of \
              64 KiB",
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
