//! `bench relay`: the same traffic through flashgate's gate and through other relays, a slice each, round after round.

pub(super) mod backend;
mod contender;
mod figures;
mod traffic;

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use testkit::cpu;
use testkit::load::{self, Load};

use super::compare::note;
use super::goal::{self, Goal};
use super::json::Json;
use super::machine::Machine;
use super::rounds::{self, Peers, Standing};
use super::site::{POLICY, Site};
use super::standings::quantile;
use backend::Backend;
use contender::{Contender, PEERS};
use figures::{FIGURES, IDLE};
pub(super) use traffic::MESSAGE;
use traffic::{Amount, Slice};

/// How much to compare.
#[derive(Debug, Args)]
pub(crate) struct Relay {
    /// Number of rounds
    #[arg(long, default_value_t = 12)]
    rounds: u32,
    /// MiB that go each way in a round, one way after the other
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

impl Relay {
    /// Compares, prints the standings, and fails if a goal was missed.
    pub(crate) fn run(&self) -> Result<()> {
        let machine = Machine::prepare()?;
        let site = Site::new()?;
        machine.pin_client()?;
        let backend = Backend::start()?;
        let contenders = self.start(&site, &backend)?;
        let mut standings = self.rounds(&contenders)?;
        for (contender, standing) in contenders.iter().zip(&mut standings) {
            standing.idle_bytes = self.idle(contender, &backend);
        }
        let ours = contenders.first().context("flashgate is missing")?;
        let policy = self.policies(ours)?;
        let peers = if self.alone {
            Peers::LeftOut
        } else {
            Peers::Needed
        };
        let mut goals = rounds::goals(&standings, &FIGURES, peers);
        let idle = rounds::idle(&standings);
        goals.push(Goal::at_most(IDLE, "bytes resident per idle relay", idle));
        goals.push(Goal::at_most(
            figures::POLICY,
            "CPU per policy, gate / dedicated port",
            policy,
        ));
        if self.json {
            let servers = standings.iter().map(|one| one.json(&FIGURES)).collect();
            let goals = goals.iter().map(Goal::json).collect();
            let members = vec![
                ("machine", machine.json()),
                ("relays", Json::List(servers)),
                ("goals", Json::List(goals)),
            ];
            println!("{}", Json::Object(members));
        } else {
            println!("{machine}");
            let table = rounds::table(&standings, &FIGURES);
            println!("{} rounds\n\n{table}", self.rounds);
            goal::print(&goals);
        }
        goal::demand(&goals)
    }

    fn start(&self, site: &Site, backend: &Backend) -> Result<Vec<Contender>> {
        let mut contenders = vec![Contender::flashgate(site, backend.address)?];
        for peer in PEERS.iter().filter(|_| !self.alone) {
            match Contender::peer(peer, site, backend.address) {
                Ok(contender) => contenders.push(contender),
                Err(error) => note(&format!(
                    "skipped {}: {error:#}; it needs {}",
                    peer.name, peer.needs
                ))?,
            }
        }
        Ok(contenders)
    }

    fn rounds(&self, contenders: &[Contender]) -> Result<Vec<Standing<Slice>>> {
        let warm_up = Amount {
            mebibytes: 8,
            messages: 200,
            connections: 100,
        };
        let amount = Amount {
            mebibytes: self.mebibytes,
            messages: self.messages,
            connections: self.connections,
        };
        for one in contenders {
            give(one, warm_up)?;
        }
        let give = |one: &Contender| give(one, amount);
        rounds::rounds(contenders, self.rounds, |one| one.name, give)
    }

    /// Resident memory of one idle relay, in bytes; none if so many could not be opened.
    fn idle(&self, contender: &Contender, backend: &Backend) -> Option<f64> {
        let before = cpu::resident_kb(contender.pid).ok()?;
        let open = traffic::open_idle(contender.address, self.idle);
        let after = cpu::resident_kb(contender.pid).ok()?;
        backend.let_go();
        if let Err(error) = open {
            // Without these figures the others still count.
            let _ = note(&format!("idle relays of {}: {error:#}", contender.name));
            return None;
        }
        let grown = u32::try_from(after.saturating_sub(before)).ok()?;
        Some(f64::from(grown) * 1024.0 / f64::from(self.idle))
    }

    /// CPU time of a policy through the gate, relative to one from the dedicated port: the median of the rounds.
    fn policies(&self, ours: &Contender) -> Result<f64> {
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

/// One slice. A relay that loses connections has no figures for it, and only flashgate has to be without fault.
fn give(one: &Contender, amount: Amount) -> Result<Slice> {
    match traffic::slice(one.pid, one.address, amount) {
        Err(error) if one.policy_port.is_none() => {
            note(&format!("{}: {error:#}", one.name))?;
            Ok(Slice::NONE)
        }
        Ok(slice) if one.policy_port.is_some() && slice.connection.is_nan() => {
            bail!("{} lost a connection", one.name)
        }
        slice => slice.context(one.name),
    }
}
