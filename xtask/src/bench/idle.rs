//! `bench idle`: the cost of idle connections, and what flashgate does when nothing happens.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use testkit::cpu;
use testkit::load::{self, Load, REQUEST};

use super::flashgate;
use super::goal::{self, Goal};
use super::machine::Machine;
use super::site::{BenchFolder, POLICY};

/// How much of the request an idle connection sends before it stops.
const SENT: usize = 5;
/// How long the server may take to accept or to drop the idle connections.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to watch the idle server.
const QUIET: Duration = Duration::from_secs(5);
/// Fetches made while the connections are idle, one at a time.
const FETCHES: u64 = 3_000;

/// How many idle connections.
#[derive(Debug, Args)]
pub(crate) struct Idle {
    /// Number of idle connections
    #[arg(long, default_value_t = 10_000)]
    connections: u32,
}

impl Idle {
    /// Measures, prints the result, and fails if a goal was missed.
    pub(crate) fn run(&self) -> Result<()> {
        let machine = Machine::prepare()?;
        let site = BenchFolder::new()?;
        let daemon = flashgate::start(&site)?;
        machine.pin_client()?;
        println!("{machine}");
        let goals = self.measure(daemon.pid(), daemon.address())?;
        goal::print(&goals);
        goal::demand(&goals)
    }

    fn measure(&self, pid: u32, address: SocketAddr) -> Result<Vec<Goal>> {
        let files = cpu::open_files(pid)?;
        let at_start = mebibytes(cpu::private_kb(pid)?);
        let resident = mebibytes(cpu::resident_kb(pid)?);
        println!("at start: {at_start:.2} MiB private, {resident:.2} MiB resident");

        let idle = self.open(address)?;
        let all = files + idle.len();
        wait(|| Ok(cpu::open_files(pid)? >= all))
            .context("some idle connections were not accepted")?;
        let with_idle = mebibytes(cpu::private_kb(pid)?);
        let each = (with_idle - at_start) * f64::from(1 << 20) / f64::from(self.connections);
        println!("with idle connections: {with_idle:.2} MiB private, {each:.0} bytes for each");
        let failed = fetch_beside(address)?;
        let kept = cpu::open_files(pid)?.saturating_sub(files);
        println!(
            "idle connections still open: {kept} of {}",
            self.connections
        );

        drop(idle);
        wait(|| Ok(cpu::open_files(pid)? <= files)).context("some closed connections stay open")?;
        let at_end = mebibytes(cpu::private_kb(pid)?);
        println!("after closing them: {at_end:.2} MiB private");
        watch_quiet(pid)?;
        let with_idle_goal = format!("private MiB with {} idle", self.connections);
        Ok(vec![
            Goal::at_most(2.5, "private MiB at start", at_start),
            Goal::at_most(14.0, with_idle_goal, with_idle),
            Goal::at_most(
                0.0,
                "fetches reset or lost with idle connections",
                failed.into(),
            ),
        ])
    }

    fn open(&self, address: SocketAddr) -> Result<Vec<TcpStream>> {
        let silent = |_| {
            let mut stream = TcpStream::connect(address)?;
            stream.write_all(REQUEST.get(..SENT).unwrap_or_default())?;
            Ok(stream)
        };
        (0..self.connections)
            .map(silent)
            .collect::<Result<_>>()
            .context("cannot open the idle connections")
    }
}

/// Fetches while the connections are idle; returns how many failed.
fn fetch_beside(address: SocketAddr) -> Result<u32> {
    let report = load::run(&Load {
        fetches: FETCHES,
        ..Load::new(address, POLICY.as_bytes())
    })?;
    println!("with idle connections, one at a time: {report}");
    Ok(u32::try_from(
        report.ended() + report.unfinished - report.ok,
    )?)
}

/// Prints how often the server wakes up while nothing happens.
fn watch_quiet(pid: u32) -> Result<()> {
    let (switches, time) = (cpu::voluntary_switches(pid)?, cpu::time(pid)?);
    thread::sleep(QUIET);
    let woken = cpu::voluntary_switches(pid)?.saturating_sub(switches);
    let ran = cpu::time(pid)?.saturating_sub(time);
    println!("without connections, in {QUIET:?}: woken {woken} times, ran for {ran:.1?}");
    Ok(())
}

fn mebibytes(kb: u64) -> f64 {
    f64::from(u32::try_from(kb).unwrap_or(u32::MAX)) / 1024.0
}

/// Waits until a condition is true. A process sends no event when its descriptors change, so this polls.
fn wait(is_so: impl Fn() -> Result<bool>) -> Result<()> {
    let started = Instant::now();
    while !is_so()? {
        ensure!(started.elapsed() < PATIENCE, "not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
