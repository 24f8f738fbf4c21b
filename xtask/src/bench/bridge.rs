//! `bench bridge`: the same WebSocket traffic through flashgate and through other bridges, a slice each, round after round.

mod contender;
mod figures;
mod traffic;

use anyhow::{Context as _, Result};
use clap::Args;
use testkit::cpu;

use super::compare::note;
use super::goal::{self, Goal};
use super::json::Json;
use super::machine::Machine;
use super::relay::backend::Backend;
use super::rounds::{self, Peers, Standing};
use super::site::Site;
use contender::{Contender, PEERS};
use figures::{FIGURES, IDLE};
use traffic::{Amount, Slice};

/// How much to compare.
#[derive(Debug, Args)]
pub(crate) struct Bridge {
    /// Number of rounds
    #[arg(long, default_value_t = 6)]
    rounds: u32,
    /// MiB that go each way in a round, in large frames; an eighth of it in small ones
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u8).range(8..))]
    mebibytes: u8,
    /// Number of messages of 64 bytes in a round
    #[arg(long, default_value_t = 20_000)]
    messages: u32,
    /// Number of messages of 64 bytes in a round, each sent when the one before is back
    #[arg(long, default_value_t = 1_500)]
    pings: u32,
    /// Number of connections in a round
    #[arg(long, default_value_t = 200)]
    connections: u32,
    /// Number of idle bridges
    #[arg(long, default_value_t = 5_000)]
    idle: u32,
    /// Measure flashgate alone
    #[arg(long)]
    alone: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Bridge {
    /// Compares, prints the standings, and fails if a goal was missed.
    pub(crate) fn run(&self) -> Result<()> {
        let machine = Machine::prepare()?;
        let site = Site::new()?;
        machine.pin_client()?;
        let backend = Backend::start()?;
        let contenders = self.start(&site, &backend)?;
        let mut standings = self.rounds(&contenders)?;
        if let Some((ours, standing)) = contenders.first().zip(standings.first_mut()) {
            standing.idle_bytes = Some(self.idle(ours, &backend)?);
        }
        let peers = if self.alone {
            Peers::LeftOut
        } else {
            Peers::Needed
        };
        let mut goals = rounds::goals(&standings, &FIGURES, peers);
        let idle = rounds::idle(&standings);
        goals.push(Goal::at_most(IDLE, "bytes resident per idle bridge", idle));
        if self.json {
            let servers = standings.iter().map(|one| one.json(&FIGURES)).collect();
            let goals = goals.iter().map(Goal::json).collect();
            let members = vec![
                ("machine", machine.json()),
                ("bridges", Json::List(servers)),
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
            messages: 1_000,
            pings: 100,
            connections: 8,
        };
        let amount = Amount {
            mebibytes: self.mebibytes,
            messages: self.messages,
            pings: self.pings,
            connections: self.connections,
        };
        for one in contenders {
            traffic::slice(one, warm_up).context(one.name)?;
        }
        let give = |one: &Contender| traffic::slice(one, amount).context(one.name);
        rounds::rounds(contenders, self.rounds, |one| one.name, give)
    }

    /// Resident memory of one idle bridge, in bytes.
    fn idle(&self, ours: &Contender, backend: &Backend) -> Result<f64> {
        let before = cpu::resident_kb(ours.pid)?;
        let open = traffic::open_idle(ours.address, self.idle)?;
        let after = cpu::resident_kb(ours.pid)?;
        backend.let_go();
        drop(open);
        let grown = u32::try_from(after.saturating_sub(before))?;
        Ok(f64::from(grown) * 1024.0 / f64::from(self.idle))
    }
}
