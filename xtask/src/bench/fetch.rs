//! `bench fetch`: load on any server, with every reply checked.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::{Map, Value};
use testkit::cpu;
use testkit::load::{self, Load, LoadReport};

use super::machine::Machine;

/// What to fetch, and how.
#[derive(Debug, Args)]
pub(crate) struct FetchBench {
    /// Server to fetch from, as IP:PORT
    #[arg(long)]
    target: SocketAddr,
    /// File with the policy to expect; the reply must be this and one NUL
    #[arg(long)]
    expect: PathBuf,
    /// Number of fetches
    #[arg(long, default_value_t = 10_000)]
    n: u32,
    /// Number of fetches at a time
    #[arg(long, default_value_t = 64)]
    in_flight: usize,
    /// Number of bytes to send after the request
    #[arg(long, default_value_t = 0)]
    suffix: usize,
    /// Positions at which to cut the sent bytes into pieces, as in 1,22
    #[arg(long, value_delimiter = ',')]
    cuts: Vec<usize>,
    /// Shut down the sending side after the last byte
    #[arg(long)]
    half_close: bool,
    /// Connect from 127.0.1.1 to 127.0.1.32 in turn, if the target is a loopback address
    #[arg(long)]
    spread: bool,
    /// Process whose CPU time to measure
    #[arg(long)]
    pid: Option<u32>,
    /// CPU to run on
    #[arg(long)]
    cpu: Option<usize>,
    /// Seconds after which to give up
    #[arg(long, default_value_t = 120)]
    max_s: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl FetchBench {
    /// Fetches, prints the result, and fails if a single fetch failed.
    pub(crate) fn run(&self) -> Result<()> {
        let machine = Machine::prepare()?;
        let load = self.load()?;
        self.cpu.map_or(Ok(()), cpu::pin)?;
        let before = self.times()?;
        let report = load::run(&load)?;
        let after = self.times()?;
        let per_fetch =
            |(before, after): (Duration, Duration)| each(after.saturating_sub(before), &report);
        let client = per_fetch((before.0, after.0));
        let server = before.1.zip(after.1).map(per_fetch);
        if self.json {
            println!("{}", whole(&machine, &report, client, server));
        } else {
            print(&machine, &report, client, server);
        }
        ensure!(
            report.all_ok(),
            "expected {} good fetches, found {}",
            self.n,
            report.ok
        );
        Ok(())
    }

    fn load(&self) -> Result<Load> {
        let policy = fs::read(&self.expect)
            .with_context(|| format!("cannot read {}", self.expect.display()))?;
        Ok(Load {
            sources: if self.spread {
                load::spread(self.target)
            } else {
                Vec::new()
            },
            fetches: self.n.into(),
            in_flight: self.in_flight,
            suffix: self.suffix,
            cuts: self.cuts.clone(),
            half_close: self.half_close,
            total_deadline: Duration::from_secs(self.max_s),
            ..Load::new(self.target, &policy)
        })
    }

    /// CPU time of this process, and of the server's process if it is known.
    fn times(&self) -> Result<(Duration, Option<Duration>)> {
        Ok((
            cpu::time(process::id())?,
            self.pid.map(cpu::time).transpose()?,
        ))
    }
}

/// The cost of one fetch, given the cost of all.
pub(super) fn each(total: Duration, report: &LoadReport) -> Duration {
    u32::try_from(report.ended())
        .ok()
        .and_then(|fetches| total.checked_div(fetches))
        .unwrap_or_default()
}

/// The counts and times of a report.
pub(super) fn members(report: &LoadReport) -> Map<String, Value> {
    let failures = report.failures.iter().map(ToString::to_string);
    let members: [(&str, Value); 15] = [
        ("ok", report.ok.into()),
        ("reset", report.reset.into()),
        ("reset_after_reply", report.reset_after_reply.into()),
        ("truncated", report.truncated.into()),
        ("mismatch", report.mismatch.into()),
        ("refused", report.refused.into()),
        ("timed_out", report.timed_out.into()),
        ("failed", report.failed.into()),
        ("unfinished", report.unfinished.into()),
        ("over_3_s", report.over_three_seconds.into()),
        ("elapsed_us", micros(report.elapsed)),
        ("p50_us", micros(report.percentile(50))),
        ("p99_us", micros(report.percentile(99))),
        ("max_us", micros(report.percentile(100))),
        ("failures", failures.collect::<Vec<_>>().into()),
    ];
    let members = members.into_iter();
    members
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn micros(duration: Duration) -> Value {
    (duration.as_secs_f64() * 1e6).into()
}

fn whole(
    machine: &Machine,
    report: &LoadReport,
    client: Duration,
    server: Option<Duration>,
) -> Value {
    let mut members = members(report);
    members.insert("machine".to_owned(), machine.json());
    members.insert("client_cpu_us".to_owned(), micros(client));
    if let Some(server) = server {
        members.insert("server_cpu_us".to_owned(), micros(server));
    }
    members.into()
}

fn print(machine: &Machine, report: &LoadReport, client: Duration, server: Option<Duration>) {
    println!("{machine}");
    println!("{report}");
    let rate = report
        .elapsed
        .checked_div(u32::try_from(report.ended()).unwrap_or(u32::MAX))
        .unwrap_or_default();
    println!("a fetch every {rate:.1?}; CPU per fetch: client {client:.1?}");
    if let Some(server) = server {
        println!("CPU per fetch: server {server:.1?}");
    }
}
