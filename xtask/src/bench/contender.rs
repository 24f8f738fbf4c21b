//! A running server in a comparison: its address, its cost, and the reply to expect.

use std::env;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use testkit::cpu;
use testkit::daemon::Daemon;
use testkit::load::{self, Load, LoadReport};

use super::SERVER_CPU;
use super::flashgate;
use super::floor::FloorKind;
use super::peers::Peer;
use super::site::{BenchFolder, POLICY};

/// How long a server may take to accept its first connection.
const START_UP: Duration = Duration::from_secs(10);
/// How long one slice of load may take.
const SLICE: Duration = Duration::from_secs(60);
/// How long one fetch may take; a slower one counts as lost.
const FETCH: Duration = Duration::from_secs(5);

/// A running server.
#[derive(Debug)]
pub(super) struct Contender {
    pub(super) name: &'static str,
    pub(super) pid: u32,
    /// Resident memory before the first fetch, in kB.
    pub(super) resident_at_start: u64,
    /// Private memory before the first fetch, in kB.
    pub(super) private_at_start: u64,
    kind: ContenderKind,
    load: Load,
    _process: ServerProcess,
}

/// What one slice of load cost the server.
#[derive(Debug)]
pub(super) struct LoadSlice {
    /// CPU time in microseconds per fetch.
    pub(super) cost: f64,
    pub(super) report: LoadReport,
}

/// Which server to start.
#[derive(Clone, Copy, Debug)]
pub(super) enum ContenderKind {
    Flashgate,
    /// This same program.
    Floor(FloorKind),
    Peer(&'static Peer),
}

impl ContenderKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Flashgate => "flashgate",
            Self::Floor(kind) => kind.name(),
            Self::Peer(peer) => peer.name,
        }
    }

    /// Starts it at an address of this machine.
    pub(super) fn start(self, site: &BenchFolder, ip: Ipv4Addr) -> Result<Contender> {
        match self {
            Self::Flashgate => Contender::flashgate(site, ip),
            Self::Floor(kind) => Contender::floor(kind, site, ip),
            Self::Peer(peer) => Contender::peer(peer, site, ip),
        }
    }

    /// How many idle connections it can hold here.
    pub(super) fn most_idle(self) -> u32 {
        match self {
            Self::Peer(peer) => peer.most_idle,
            Self::Flashgate | Self::Floor(_) => u32::MAX,
        }
    }

    /// Divides the number of fetches that it gets.
    fn part(self) -> u32 {
        match self {
            Self::Peer(peer) => peer.part,
            Self::Flashgate | Self::Floor(_) => 1,
        }
    }
}

impl Contender {
    fn flashgate(site: &BenchFolder, ip: Ipv4Addr) -> Result<Self> {
        let daemon = flashgate::start_at(site, ip)?;
        let load = Load::new(daemon.address(), POLICY.as_bytes());
        let pid = daemon.pid();
        let process = ServerProcess::Daemon(daemon);
        Self::new(ContenderKind::Flashgate, pid, load, process)
    }

    fn floor(kind: FloorKind, site: &BenchFolder, ip: Ipv4Addr) -> Result<Self> {
        let mut command = cpu::pinned(SERVER_CPU, env::current_exe()?);
        command.args(["bench", "floor", kind.name(), "--listen"]);
        command.arg(format!("{ip}:0"));
        command.arg("--policy").arg(site.policy());
        let child = command.stdout(Stdio::piped()).spawn();
        let mut running = Running(child.context("cannot start a floor")?);
        let mut load = Load::new(running.address()?, POLICY.as_bytes());
        if kind == FloorKind::Null {
            // A server that reads nothing would reset the connection when a request arrives.
            load.request.clear();
            load.expected.clear();
        }
        let (kind, pid) = (ContenderKind::Floor(kind), running.0.id());
        Self::new(kind, pid, load, ServerProcess::Child(running))
    }

    fn peer(peer: &'static Peer, site: &BenchFolder, ip: Ipv4Addr) -> Result<Self> {
        let address = SocketAddr::from((ip, testkit::port::free()?));
        let command = peer.command(site, address)?;
        let running = Running::start(peer.name, command, site, address)?;
        let mut load = Load::new(address, POLICY.as_bytes());
        if !peer.ends_in_nul {
            load.expected.pop();
        }
        let (kind, pid) = (ContenderKind::Peer(peer), running.0.id());
        Self::new(kind, pid, load, ServerProcess::Child(running))
    }

    /// Puts a slice of load on it and measures the cost.
    pub(super) fn slice(&self, fetches: u32, in_flight: usize) -> Result<LoadSlice> {
        let fetches = self.part_of(fetches);
        let load = Load {
            fetches,
            in_flight,
            ..self.load.clone()
        };
        let before = self.spent()?;
        let report = load::run(&load)?;
        let spent = self.spent()?.saturating_sub(before);
        let name = self.name;
        ensure!(
            report.ended() > 0,
            "expected {name} to answer, but no fetch ended"
        );
        let ended = f64::from(u32::try_from(report.ended())?);
        Ok(LoadSlice {
            cost: spent.as_secs_f64() * 1e6 / ended,
            report,
        })
    }

    /// How many of the usual number of fetches it gets.
    pub(super) fn part_of(&self, fetches: u32) -> u64 {
        (fetches / self.kind.part()).max(1).into()
    }

    /// The load of a single fetch, with the right reply to expect.
    pub(super) fn load(&self) -> Load {
        self.load.clone()
    }

    /// The CPU time so far, with that of processes that it started for its connections, which must have ended.
    fn spent(&self) -> Result<Duration> {
        if self.kind.part() > 1 {
            let alone = || cpu::has_children(self.pid).is_ok_and(|any| !any);
            ensure!(
                testkit::until(SLICE, alone),
                "processes that {} started are still running",
                self.name
            );
        }
        Ok(cpu::time(self.pid)? + cpu::time_of_children(self.pid)?)
    }

    /// Resident memory now, in kB.
    pub(super) fn resident(&self) -> Result<u64> {
        cpu::resident_kb(self.pid)
    }

    fn new(kind: ContenderKind, pid: u32, mut load: Load, process: ServerProcess) -> Result<Self> {
        // With many addresses, no port is used again while the server still keeps its last use in TIME_WAIT.
        load.sources = load
            .targets
            .first()
            .copied()
            .map(load::spread)
            .unwrap_or_default();
        load.fetch_deadline = FETCH;
        load.total_deadline = SLICE;
        Ok(Self {
            name: kind.name(),
            kind,
            pid,
            resident_at_start: cpu::resident_kb(pid)?,
            private_at_start: cpu::private_kb(pid)?,
            load,
            _process: process,
        })
    }
}

/// Keeps a server running, and ends it when dropped.
#[derive(Debug)]
pub(super) enum ServerProcess {
    Daemon(#[expect(dead_code, reason = "held for its drop")] Daemon),
    Child(#[expect(dead_code, reason = "held for its drop")] Running),
}

/// A child that does not outlive its owner.
#[derive(Debug)]
pub(super) struct Running(Child);

impl Running {
    /// Starts a server, and waits until it accepts connections.
    pub(super) fn start(
        name: &str,
        mut command: Command,
        site: &BenchFolder,
        address: SocketAddr,
    ) -> Result<Self> {
        let log_path = site.path(&format!("{name}.log"));
        let log = File::create(&log_path)?;
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let child = command.spawn();
        let mut running = Self(child.with_context(|| format!("cannot start {name}"))?);
        if let Err(error) = running.wait_until_up(address) {
            bail!(
                "{error:#}; it said: {}",
                fs::read_to_string(&log_path).unwrap_or_default().trim()
            );
        }
        Ok(running)
    }

    /// Its process.
    pub(super) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// The address that a floor prints.
    fn address(&mut self) -> Result<SocketAddr> {
        let output = self.0.stdout.take().context("a floor has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        ensure!(!line.is_empty(), "it ended before it listened");
        let address = line.trim().strip_prefix("address=");
        let address = address.with_context(|| format!("expected an address, found {line:?}"))?;
        Ok(address.parse()?)
    }

    fn wait_until_up(&mut self, address: SocketAddr) -> Result<()> {
        let started = Instant::now();
        while TcpStream::connect_timeout(&address, START_UP).is_err() {
            if let Some(status) = self.0.try_wait()? {
                bail!("the server ended with {status} before it listened");
            }
            ensure!(
                started.elapsed() < START_UP,
                "the server did not listen within {START_UP:?}"
            );
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only if the child has already ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
