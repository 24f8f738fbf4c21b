//! From one fetch at a time to as many as a process can open, with idle connections, and with a second thread.

use std::io::Write as _;
use std::net::TcpStream;

use anyhow::{Context as _, Result, ensure};
use testkit::cpu;
use testkit::daemon::Daemon;
use testkit::load::{Load, REQUEST};

use super::super::between;
use super::super::site::{BenchFolder, POLICY};
use super::point::{GrowthAmount, GrowthTable, fetch, interleaved, memory, micros, table};

/// Fetches at a time, and idle connections. A process may open 20,000 files.
const AT_A_TIME: [u32; 8] = [1, 4, 16, 64, 256, 1_024, 4_096, 19_000];
const IDLE: [u32; 5] = [0, 10, 100, 1_000, 10_000];
const MOST_IDLE: u32 = 19_000;

/// How much of the request an idle connection sends.
const SENT: usize = 5;

const COLUMNS: [&str; 5] = [
    "CPU per fetch, µs",
    "fetches per second",
    "p50, µs",
    "p99, µs",
    "memory, MB",
];

fn config(threads: u32) -> String {
    format!(
        "[policy.default]\nfile = \"policy.xml\"\n[[listen]]\naddress = \"127.0.0.1:0\"\n\
         [limits]\nconnections = 19900\nrequest = \"10m\"\n[process]\nthreads = {threads}\n"
    )
}

/// One row of any of the three tables.
fn slice(daemon: &Daemon, fetches: u32, in_flight: u32) -> Result<[f64; 5]> {
    let (cost, report) = fetch(
        daemon,
        Load {
            fetches: fetches.max(in_flight).into(),
            in_flight: usize::try_from(in_flight)?,
            ..Load::new(daemon.address(), POLICY.as_bytes())
        },
    )?;
    let rate = f64::from(u32::try_from(report.ok)?) / report.elapsed.as_secs_f64();
    let [p50, p99] = [50, 99].map(|percent| micros(report.percentile(percent)));
    Ok([cost, rate, p50, p99, memory(daemon)?])
}

/// With one thread and with two, on any CPU.
pub(super) fn threads(site: &BenchFolder, amount: GrowthAmount) -> Result<GrowthTable> {
    let start = |threads| {
        let path = site.write(&format!("threads-{threads}.toml"), &config(threads))?;
        let started = Daemon::builder()
            .args(["serve", "--config"])
            .args([path])
            .start();
        Ok::<_, anyhow::Error>((threads, started?))
    };
    let mut points = [start(1)?, start(2)?];
    let fetches = amount.of(5_000);
    let rows = interleaved(&mut points, amount.rounds, |_, daemon: &mut Daemon| {
        slice(daemon, fetches, 64)
    })?;
    Ok(table("THREADS", &["threads"], COLUMNS, &rows))
}

/// One daemon for each number of fetches at a time, so that each has its own memory.
pub(super) fn at_a_time(site: &BenchFolder, amount: GrowthAmount) -> Result<GrowthTable> {
    let start = |count| Ok((count, between::start_flashgate(site, &config(1))?));
    let mut points = AT_A_TIME
        .into_iter()
        .map(start)
        .collect::<Result<Vec<_>>>()?;
    let rows = interleaved(&mut points, amount.rounds, |in_flight, daemon| {
        slice(daemon, amount.of(5_000), in_flight)
    })?;
    Ok(table("AT_A_TIME", &["fetches at a time"], COLUMNS, &rows))
}

/// With idle connections, one number after the other, because this process can't hold all of them together.
pub(super) fn idle(site: &BenchFolder, amount: GrowthAmount) -> Result<GrowthTable> {
    let mut rows = Vec::new();
    for count in IDLE.into_iter().chain([MOST_IDLE]) {
        let daemon = between::start_flashgate(site, &config(1))?;
        let files = cpu::open_files(daemon.pid())?;
        let open = open(&daemon, count).context("can't open the idle connections")?;
        let accepted = || cpu::open_files(daemon.pid()).is_ok_and(|now| now >= files + open.len());
        ensure!(
            testkit::until(std::time::Duration::from_secs(30), accepted),
            "some idle connections were not accepted"
        );
        let slices = (0..amount.rounds).map(|_| slice(&daemon, amount.of(5_000), 64));
        rows.push((count, slices.collect::<Result<_>>()?));
    }
    Ok(table("IDLE", &["idle connections"], COLUMNS, &rows))
}

fn open(daemon: &Daemon, count: u32) -> Result<Vec<TcpStream>> {
    let silent = |_| {
        let mut stream = TcpStream::connect(daemon.address())?;
        stream.write_all(REQUEST.get(..SENT).unwrap_or_default())?;
        Ok(stream)
    };
    (0..count).map(silent).collect()
}
