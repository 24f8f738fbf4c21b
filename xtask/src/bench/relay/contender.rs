//! A relay under comparison: flashgate's gate, or another program with the configuration that does the same.

use std::net::{SocketAddr, TcpListener};
use std::process::Command;

use anyhow::{Context as _, Result};
use testkit::cpu;
use testkit::daemon::{Daemon, address_in};

use super::super::SERVER_CPU;
use super::super::contender::Running;
use super::super::peers::{fill, find, stream_module};
use super::super::site::Site;

const NGINX_CONF: &str = include_str!("nginx.conf");
const HAPROXY_CFG: &str = include_str!("haproxy.cfg");

/// A relay that is up.
#[derive(Debug)]
pub(super) struct Contender {
    pub(super) name: &'static str,
    pub(super) pid: u32,
    pub(super) address: SocketAddr,
    /// A dedicated policy port, where there is one.
    pub(super) policy_port: Option<SocketAddr>,
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
    command: fn(&Site, SocketAddr, SocketAddr) -> Result<Command>,
}

/// All that are known.
pub(super) const PEERS: [Peer; 4] = [
    Peer {
        name: "haproxy",
        needs: "HAProxy (Debian: haproxy)",
        command: haproxy,
    },
    Peer {
        name: "nginx-16k",
        needs: "nginx with its stream module (Debian: nginx, libnginx-mod-stream)",
        command: |site, address, backend| nginx(site, address, backend, "16k"),
    },
    Peer {
        name: "nginx-64k",
        needs: "nginx with its stream module (Debian: nginx, libnginx-mod-stream)",
        command: |site, address, backend| nginx(site, address, backend, "64k"),
    },
    Peer {
        name: "sslh",
        needs: "sslh-select (Debian: sslh)",
        command: sslh,
    },
];

impl Contender {
    /// Starts flashgate with a gate, and a dedicated policy port beside it.
    pub(super) fn flashgate(site: &Site, backend: SocketAddr) -> Result<Self> {
        let config = format!(
            "[policy.default]\nfile = \"policy.xml\"\n[[listen]]\naddress = \"127.0.0.1:0\"\n\
             [[gate]]\nname = \"relay\"\naddress = \"127.0.0.1:0\"\nbackend = \"{backend}\"\n"
        );
        let path = site.write("flashgate.toml", &config)?;
        let mut daemon = Daemon::builder()
            .args(["serve", "--config"])
            .args([path])
            .cpu(SERVER_CPU)
            .start()?;
        let is_gate = |line: &String| line.contains("gate=relay");
        let gate = daemon
            .log()
            .iter()
            .find(|line| is_gate(line))
            .and_then(|line| address_in(line));
        let address = gate.context("expected flashgate to say where its gate is")?;
        let mut others = daemon.addresses().iter().copied();
        Ok(Self {
            name: "flashgate",
            pid: daemon.pid(),
            address,
            policy_port: others.find(|other| *other != address),
            _process: Process::Daemon(daemon),
        })
    }

    /// Starts another program.
    pub(super) fn peer(peer: &Peer, site: &Site, backend: SocketAddr) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let command = (peer.command)(site, address, backend)?;
        let running = Running::start(peer.name, command, site, address)?;
        Ok(Self {
            name: peer.name,
            pid: running.pid(),
            address,
            policy_port: None,
            _process: Process::Child(running),
        })
    }
}

fn haproxy(site: &Site, address: SocketAddr, backend: SocketAddr) -> Result<Command> {
    let program = find("haproxy")?;
    let (address, backend) = (address.to_string(), backend.to_string());
    let values = [("ADDRESS", &*address), ("BACKEND", &backend)];
    let config = site.write("relay.cfg", &fill(HAPROXY_CFG, &values))?;
    let mut command = cpu::pinned(SERVER_CPU, program);
    command.arg("-db").arg("-f").arg(config);
    Ok(command)
}

fn nginx(site: &Site, address: SocketAddr, backend: SocketAddr, buffer: &str) -> Result<Command> {
    let program = find("nginx")?;
    let module = stream_module(&program)?;
    let (address, backend) = (address.to_string(), backend.to_string());
    let values = [
        ("MODULE", &*module),
        ("ADDRESS", &address),
        ("BACKEND", &backend),
        ("BUFFER", buffer),
    ];
    let name = format!("nginx-{buffer}.conf");
    let config = site.write(&name, &fill(NGINX_CONF, &values))?;
    let mut command = cpu::pinned(SERVER_CPU, program);
    command.arg("-p").arg(site.directory());
    command.arg("-c").arg(config);
    Ok(command)
}

/// The variant with one process, which can be measured.
fn sslh(_: &Site, address: SocketAddr, backend: SocketAddr) -> Result<Command> {
    let mut command = cpu::pinned(SERVER_CPU, find("sslh-select")?);
    command.arg("--foreground").arg("--numeric");
    command.arg("--listen").arg(address.to_string());
    command.arg("--anyprot").arg(backend.to_string());
    Ok(command)
}
