//! `bench compare`: load on flashgate, the floors and other servers, in rounds with one slice for each.

use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use clap::Args;
use serde_json::{Value, json};

use super::contender::{Contender, ContenderKind};
use super::floor::FloorKind;
use super::goal::{self, Goal};
use super::machine::Machine;
use super::peers::{PEERS, Peer};
use super::site::BenchFolder;
use super::standings::{ServerSlices, StandingsTable};

/// Load before the first round, so that every server is warm when it is measured.
const WARM_UP: u32 = 500;

/// How much to compare.
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// Also compare with the other servers that are installed
    #[arg(long)]
    peers: bool,
    /// Compare the floors only, without flashgate
    #[arg(long)]
    floors_only: bool,
    /// Number of rounds
    #[arg(long, default_value_t = 20)]
    rounds: u32,
    /// Number of fetches that a server gets in a round
    #[arg(long, default_value_t = 3_000)]
    fetches: u32,
    /// Number of fetches at a time
    #[arg(long, default_value_t = 64)]
    in_flight: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Compare {
    /// Compares, prints the standings, and fails if a goal was missed.
    pub(crate) fn run(&self) -> Result<()> {
        let machine = Machine::prepare()?;
        let site = BenchFolder::new()?;
        let contenders = self.start(&site)?;
        machine.pin_client()?;
        let standings = self.rounds(&contenders)?;
        let base =
            find(&standings, FloorKind::Epoll.name()).context("the epoll floor is missing")?;
        let goals = self.goals(&standings, base);
        if self.json {
            println!("{}", whole(&machine, &standings, base, &goals));
        } else {
            println!("{machine}");
            println!(
                "{} rounds of {} fetches, {} in flight\n",
                self.rounds, self.fetches, self.in_flight
            );
            println!(
                "{}",
                StandingsTable {
                    standings: &standings,
                    base
                }
            );
            goal::print(&goals);
        }
        goal::demand(&goals)
    }

    fn start(&self, site: &BenchFolder) -> Result<Vec<Contender>> {
        let floor = |kind| ContenderKind::Floor(kind).start(site, Ipv4Addr::LOCALHOST);
        let mut contenders = vec![
            floor(FloorKind::Null)?,
            floor(FloorKind::Epoll)?,
            floor(FloorKind::EpollOneSegment)?,
        ];
        // A sandbox may refuse io_uring; the rest can be compared without it.
        match floor(FloorKind::IoUring) {
            Ok(contender) => contenders.push(contender),
            Err(error) => note(&format!(
                "skipped io-uring: {error:#}; it needs cc, the kernel's headers, and permission to use io_uring"
            ))?,
        }
        if !self.floors_only {
            contenders.push(ContenderKind::Flashgate.start(site, Ipv4Addr::LOCALHOST)?);
        }
        for peer in with_goal().filter(|_| self.peers) {
            match ContenderKind::Peer(peer).start(site, Ipv4Addr::LOCALHOST) {
                Ok(contender) => contenders.push(contender),
                Err(error) => note(&format!(
                    "skipped {}: {error:#}; it needs {}",
                    peer.name, peer.needs
                ))?,
            }
        }
        Ok(contenders)
    }

    fn rounds(&self, contenders: &[Contender]) -> Result<Vec<ServerSlices>> {
        let mut chance = Chance::new();
        let mut standings: Vec<ServerSlices> = contenders.iter().map(ServerSlices::new).collect();
        for contender in contenders {
            contender.slice(WARM_UP, self.in_flight)?;
        }
        for _ in 0..self.rounds {
            let mut order: Vec<_> = contenders.iter().zip(&mut standings).collect();
            order.sort_by_cached_key(|_| chance.next());
            for (contender, standing) in order {
                let slice = contender.slice(self.fetches, self.in_flight)?;
                standing.add(slice, contender.resident()?);
            }
        }
        Ok(standings)
    }
}

impl Compare {
    /// The goals for flashgate. If peers were requested, a peer that is not installed counts as a missed goal.
    fn goals(&self, standings: &[ServerSlices], base: &ServerSlices) -> Vec<Goal> {
        let Some(ours) = find(standings, "flashgate") else {
            return Vec::new();
        };
        let small = |count: u64| u32::try_from(count).map_or(f64::INFINITY, f64::from);
        let mut goals = vec![
            Goal::at_most(0.0, "fetches reset or lost", small(ours.lost())),
            Goal::at_most(0.80, "CPU per fetch / epoll floor", ours.to(base).median),
        ];
        for peer in with_goal().filter(|_| self.peers) {
            let theirs = find(standings, peer.name);
            let measured = theirs.map_or(f64::NAN, |theirs| ours.to(theirs).median);
            let name = format!("CPU per fetch / {}", peer.name);
            goals.extend(peer.goal.map(|goal| Goal::at_most(goal, name, measured)));
        }
        goals.push(Goal::at_most(
            1.0,
            "MB private at start",
            small(ours.private_at_start()) / 1000.0,
        ));
        goals
    }
}

/// The other servers that flashgate has a goal for.
fn with_goal() -> impl Iterator<Item = &'static Peer> {
    PEERS.iter().filter(|peer| peer.goal.is_some())
}

fn find<'a>(standings: &'a [ServerSlices], name: &str) -> Option<&'a ServerSlices> {
    standings.iter().find(|standing| standing.name == name)
}

fn whole(
    machine: &Machine,
    standings: &[ServerSlices],
    base: &ServerSlices,
    goals: &[Goal],
) -> Value {
    let servers = standings.iter().map(|standing| standing.json(base));
    json!({
        "machine": machine.json(),
        "servers": servers.collect::<Vec<_>>(),
        "goals": goals.iter().map(Goal::json).collect::<Vec<_>>(),
    })
}

/// Prints to standard error, because standard output may be JSON.
pub(super) fn note(text: &str) -> Result<()> {
    Ok(writeln!(io::stderr(), "{text}")?)
}

/// Keys to sort by, for a new order in every round, so that no server always follows the same one.
pub(super) struct Chance(u64);

impl Chance {
    /// The randomness need not be good, only different from run to run.
    pub(super) fn new() -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self((now.as_secs() << 30) | u64::from(now.subsec_nanos()) | 1)
    }

    /// One step of a 64-bit xorshift.
    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
