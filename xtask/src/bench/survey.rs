//! `bench peers`: installs the other programs, measures all of them, and writes the results into the book.

mod fetches;
mod idle;
mod install;
mod losses;
mod page;

use std::net::Ipv4Addr;

use anyhow::Result;
use clap::Args;
use testkit::binary;

use super::bridge::BridgeBench;
use super::compare::note;
use super::contender::{Contender, ContenderKind};
use super::contest;
use super::floor::FloorKind;
use super::machine::Machine;
use super::peers::PEERS;
use super::relay::RelayBench;
use super::site::BenchFolder;

/// How much to measure.
#[derive(Debug, Args)]
pub(crate) struct PeerSurvey {
    /// Number of rounds
    #[arg(long, default_value_t = 12)]
    rounds: u32,
    /// Measure a tenth of everything in two rounds, to try the command
    #[arg(long)]
    quick: bool,
}

/// How much of each.
#[derive(Clone, Copy, Debug)]
struct SurveySize {
    rounds: u32,
    /// Divides the usual amounts.
    divisor: u8,
}

impl PeerSurvey {
    /// Installs, measures and writes the page.
    pub(crate) fn run(&self) -> Result<()> {
        install::install()?;
        // In a network namespace, cargo could not fetch anything.
        binary::flashgate()?;
        let machine = Machine::prepare()?;
        machine.pin_client()?;
        println!("{machine}");
        let site = BenchFolder::new()?;
        let amount = self.amount();
        let kinds = startable(&site)?;
        let (idle, beside_idle) = idle::measure(&kinds, &site, amount)?;
        let mut losses = losses::measure(&kinds, &site, amount)?;
        losses.extend(beside_idle);
        let fetches = fetches::measure(&kinds, &site, amount)?;
        let relay = RelayBench::sized(amount.rounds, amount.divisor);
        let (_, relays) = contest::measure(&relay, &site)?;
        let bridge = BridgeBench::sized(amount.rounds, amount.divisor);
        let (_, bridges) = contest::measure(&bridge, &site)?;
        page::write(&page::Measurements {
            amount,
            machine: machine.sentence(),
            fetches,
            idle,
            losses,
            relays,
            bridges,
        })
    }

    fn amount(&self) -> SurveySize {
        let (rounds, divisor) = if self.quick {
            (self.rounds.min(2), 10)
        } else {
            (self.rounds, 1)
        };
        SurveySize { rounds, divisor }
    }
}

impl SurveySize {
    /// A part of the usual amount.
    fn of(self, usual: u32) -> u32 {
        usual / u32::from(self.divisor)
    }
}

/// The servers that can be started here, flashgate first.
fn startable(site: &BenchFolder) -> Result<Vec<ContenderKind>> {
    let mut kinds = vec![
        ContenderKind::Flashgate,
        ContenderKind::Floor(FloorKind::Epoll),
        ContenderKind::Floor(FloorKind::EpollOneSegment),
    ];
    for peer in &PEERS {
        let kind = ContenderKind::Peer(peer);
        match local(kind, site) {
            Ok(_) => kinds.push(kind),
            Err(error) => note(&format!(
                "skipped {}: {error:#}; it needs {}",
                peer.name, peer.needs
            ))?,
        }
    }
    Ok(kinds)
}

/// Starts a server at the loopback address.
fn local(kind: ContenderKind, site: &BenchFolder) -> Result<Contender> {
    kind.start(site, Ipv4Addr::LOCALHOST)
}
