//! `bench relay`: the same traffic through flashgate's gate and through other relays, in rounds with one slice for
//! each.

pub(super) mod backend;
pub(super) mod figures;
pub(super) mod others;
pub(super) mod traffic;
pub(super) mod wish;

use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use testkit::cpu;
use testkit::daemon::address_in;
use testkit::load::{self, Load};

use super::between::{Between, OtherProgram, start_flashgate};
use super::compare::note;
use super::contest::{self, Contest, ContestOptions};
use super::goal::Goal;
use super::rounds::SliceFigure;
use super::site::{BenchFolder, POLICY};
use super::standings::quantile;
use backend::BenchBackend;
use figures::{FIGURES, IDLE};
use others::OTHERS;
use traffic::{RelayAmount, RelaySlice};

/// How much to compare.
#[derive(Debug, Args)]
pub(crate) struct RelayBench {
    /// Number of rounds
    #[arg(long, default_value_t = 12)]
    rounds: u32,
    /// MiB to send each way in a round, one way after the other
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u8).range(1..))]
    mebibytes: u8,
    /// Number of messages of 64 bytes in a round
    #[arg(long, default_value_t = 1_500)]
    messages: u32,
    /// Number of connections in a round
    #[arg(long, default_value_t = 1_000)]
    connections: u32,
    /// Number of idle relays
    #[arg(long, default_value_t = 7_000)]
    idle: u32,
    /// Number of policies fetched in a round, through the gate and from the dedicated port
    #[arg(long, default_value_t = 3_000)]
    fetches: u32,
    /// Measure flashgate alone
    #[arg(long)]
    alone: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl RelayBench {
    /// The usual amounts, divided.
    pub(super) fn sized(rounds: u32, divisor: u8) -> Self {
        let part = u32::from(divisor);
        Self {
            rounds,
            mebibytes: (64 / divisor).max(1),
            messages: 1_500 / part,
            connections: 1_000 / part,
            idle: 7_000 / part,
            fetches: 3_000 / part,
            alone: false,
            json: false,
        }
    }

    /// Compares, prints the standings, and fails if a goal was missed.
    pub(crate) fn run(&self) -> Result<()> {
        contest::run(self)
    }

    /// CPU time of a policy through the gate, relative to one from the dedicated port: the median of the rounds.
    fn policies(&self, ours: &Between) -> Result<f64> {
        let port = ours.policy_port.context("expected a policy port")?;
        let fetch = |address| {
            let load = Load {
                sources: load::spread(address),
                fetches: self.fetches.into(),
                in_flight: 64,
                total_deadline: Duration::from_secs(60),
                ..Load::new(address, POLICY.as_bytes())
            };
            let before = cpu::time(ours.pid)?;
            let report = load::run(&load)?;
            ensure!(
                report.all_ok(),
                "expected only good fetches, found {report}"
            );
            Ok(cpu::time(ours.pid)?.saturating_sub(before).as_secs_f64())
        };
        let mut ratios = Vec::new();
        for round in 0..self.rounds {
            let (gate, dedicated) = if round % 2 == 0 {
                let gate = fetch(ours.address)?;
                (gate, fetch(port)?)
            } else {
                let dedicated = fetch(port)?;
                (fetch(ours.address)?, dedicated)
            };
            ratios.push(gate / dedicated);
        }
        Ok(quantile(ratios, 2))
    }
}

impl Contest for RelayBench {
    type Slice = RelaySlice;
    type Held = TcpStream;

    const KIND: &'static str = "relay";
    const OTHERS: &'static [OtherProgram] = &OTHERS;
    const FIGURES: &'static [SliceFigure<RelaySlice>] = &FIGURES;
    const IDLE_GOAL: f64 = IDLE;

    fn options(&self) -> ContestOptions {
        ContestOptions {
            rounds: self.rounds,
            idle: self.idle,
            alone: self.alone,
            json: self.json,
        }
    }

    /// With a dedicated policy port next to the gate.
    fn flashgate(site: &BenchFolder, backend: &BenchBackend) -> Result<Between> {
        let config = format!(
            "[policy.default]\nfile = \"policy.xml\"\n[[listen]]\naddress = \"127.0.0.1:0\"\n\
             [[gate]]\nname = \"relay\"\naddress = \"127.0.0.1:0\"\nbackend = \"{}\"\n",
            backend.address
        );
        let mut daemon = start_flashgate(site, &config)?;
        let is_gate = |line: &String| line.contains("gate=relay");
        let gate = daemon
            .log()
            .iter()
            .find(|line| is_gate(line))
            .and_then(|line| address_in(line));
        let address = gate.context("expected a log line with the gate's address")?;
        Ok(Between::flashgate(daemon, address))
    }

    fn warm_up(&self, one: &Between) -> Result<()> {
        let amount = RelayAmount {
            mebibytes: 8,
            messages: 200,
            connections: 100,
        };
        give(one, amount)?;
        Ok(())
    }

    fn slice(&self, one: &Between) -> Result<RelaySlice> {
        let amount = RelayAmount {
            mebibytes: self.mebibytes,
            messages: self.messages,
            connections: self.connections,
        };
        give(one, amount)
    }

    fn open_idle(one: &Between, count: u32) -> Result<Vec<TcpStream>> {
        traffic::open_idle(one.address, count)
    }

    fn more(&self, ours: &Between) -> Result<Option<Goal>> {
        let name = "CPU per policy, gate / dedicated port";
        let measured = self.policies(ours)?;
        Ok(Some(Goal::at_most(figures::POLICY, name, measured)))
    }
}

/// One slice. A relay that loses connections has no figures for it. Only flashgate must not lose any.
fn give(one: &Between, amount: RelayAmount) -> Result<RelaySlice> {
    match traffic::slice(one.pid, one.address, amount) {
        Err(error) if one.policy_port.is_none() => {
            note(&format!("{}: {error:#}", one.name))?;
            Ok(RelaySlice::NONE)
        }
        Ok(slice) if one.policy_port.is_some() && slice.connection.is_nan() => {
            bail!("{} lost a connection", one.name)
        }
        slice => slice.context(one.name),
    }
}
