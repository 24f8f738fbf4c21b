//! A program between clients and a backend: flashgate's gate, or another relay or bridge.

use std::net::SocketAddr;
use std::process::Command;

use anyhow::Result;
use testkit::daemon::Daemon;

use super::SERVER_CPU;
use super::contender::{Running, ServerProcess};
use super::peers::Version;
use super::site::BenchFolder;

/// A running relay or bridge.
#[derive(Debug)]
pub(super) struct Between {
    pub(super) name: &'static str,
    pub(super) pid: u32,
    pub(super) address: SocketAddr,
    /// How many idle connections it can hold here.
    pub(super) most_idle: u32,
    /// A dedicated policy port, if there is one.
    pub(super) policy_port: Option<SocketAddr>,
    _process: ServerProcess,
}

/// Another program: what must be installed for it, and how to start it with its own address and the backend's.
#[derive(Debug)]
pub(super) struct OtherProgram {
    pub(super) name: &'static str,
    pub(super) needs: &'static str,
    pub(super) version: Version,
    /// How it is configured and which documentation says so, in Markdown.
    pub(super) how: &'static str,
    /// How many idle connections it can hold here.
    pub(super) most_idle: u32,
    pub(super) command: fn(&BenchFolder, SocketAddr, SocketAddr) -> Result<Command>,
}

/// Starts flashgate with a config file.
pub(super) fn start_flashgate(site: &BenchFolder, config: &str) -> Result<Daemon> {
    let path = site.write("flashgate.toml", config)?;
    Daemon::builder()
        .args(["serve", "--config"])
        .args([path])
        .cpu(SERVER_CPU)
        .start()
}

impl Between {
    /// Starts flashgate with a gate at an address.
    pub(super) fn flashgate(daemon: Daemon, address: SocketAddr) -> Self {
        let mut others = daemon.addresses().iter().copied();
        Self {
            name: "flashgate",
            pid: daemon.pid(),
            address,
            most_idle: u32::MAX,
            policy_port: others.find(|other| *other != address),
            _process: ServerProcess::Daemon(daemon),
        }
    }

    /// Starts another program.
    pub(super) fn other(
        other: &OtherProgram,
        site: &BenchFolder,
        backend: SocketAddr,
    ) -> Result<Self> {
        let address = SocketAddr::from(([127, 0, 0, 1], testkit::port::free()?));
        let command = (other.command)(site, address, backend)?;
        let running = Running::start(other.name, command, site, address)?;
        Ok(Self {
            name: other.name,
            pid: running.pid(),
            address,
            most_idle: other.most_idle,
            policy_port: None,
            _process: ServerProcess::Child(running),
        })
    }
}
