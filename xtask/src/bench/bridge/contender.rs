//! A bridge under comparison: flashgate's gate, or another program that does the same.

use std::net::{SocketAddr, TcpListener};
use std::process::Command;

use anyhow::{Context as _, Result};
use testkit::cpu;
use testkit::daemon::Daemon;

use super::super::SERVER_CPU;
use super::super::contender::Running;
use super::super::peers::find;
use super::super::site::Site;

/// A bridge that is up.
#[derive(Debug)]
pub(super) struct Contender {
    pub(super) name: &'static str,
    pub(super) pid: u32,
    pub(super) address: SocketAddr,
    _process: Process,
}

#[derive(Debug)]
enum Process {
    Daemon(#[expect(dead_code, reason = "held for its drop")] Daemon),
    Child(#[expect(dead_code, reason = "held for its drop")] Running),
}

/// Another program.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) name: &'static str,
    /// What has to be installed.
    pub(super) needs: &'static str,
    command: fn(SocketAddr, SocketAddr) -> Result<Command>,
}

/// All that are known.
pub(super) const PEERS: [Peer; 2] = [
    Peer {
        name: "websockify",
        needs: "websockify (Debian: websockify)",
        command: |address, backend| {
            let mut command = cpu::pinned(SERVER_CPU, find("websockify")?);
            command.arg(address.to_string()).arg(backend.to_string());
            Ok(command)
        },
    },
    Peer {
        name: "websocat",
        needs: "websocat 1 (cargo install websocat --version '^1')",
        command: |address, backend| {
            let mut command = cpu::pinned(SERVER_CPU, find("websocat")?);
            command.args(["--binary", "--exit-on-eof", "-B", "65536"]);
            command.arg(format!("ws-l:{address}"));
            command.arg(format!("tcp:{backend}"));
            Ok(command)
        },
    },
];

impl Contender {
    /// Starts flashgate with a gate.
    pub(super) fn flashgate(site: &Site, backend: SocketAddr) -> Result<Self> {
        let config = format!(
            "[policy.default]\nrules = [{{ domain = \"a.test\" }}]\n\
             [[gate]]\naddress = \"127.0.0.1:0\"\npublic-port = 9339\nbackend = \"{backend}\"\n"
        );
        let path = site.write("flashgate.toml", &config)?;
        let daemon = Daemon::builder()
            .args(["serve", "--config"])
            .args([path])
            .cpu(SERVER_CPU)
            .start()
            .context("can't start flashgate")?;
        Ok(Self {
            name: "flashgate",
            pid: daemon.pid(),
            address: daemon.address(),
            _process: Process::Daemon(daemon),
        })
    }

    /// Starts another program.
    pub(super) fn peer(peer: &Peer, site: &Site, backend: SocketAddr) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let running = Running::start(peer.name, (peer.command)(address, backend)?, site, address)?;
        Ok(Self {
            name: peer.name,
            pid: running.pid(),
            address,
            _process: Process::Child(running),
        })
    }
}
