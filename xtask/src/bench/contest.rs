//! The common part of `bench relay` and `bench bridge`: the same traffic through flashgate and through other programs,
//! in rounds with one slice for each.

use anyhow::{Context as _, Result};
use serde_json::json;
use testkit::cpu;

use super::between::{Between, OtherProgram};
use super::compare::note;
use super::goal::{self, Goal};
use super::machine::Machine;
use super::relay::backend::BenchBackend;
use super::rounds::{self, Peers, ProgramSlices, SliceFigure};
use super::site::BenchFolder;

/// A comparison.
pub(super) trait Contest {
    /// The cost of one slice of traffic.
    type Slice: 'static;
    /// A connection that is kept open.
    type Held;

    /// The kind of program that is compared, in one word.
    const KIND: &'static str;
    const OTHERS: &'static [OtherProgram];
    const FIGURES: &'static [SliceFigure<Self::Slice>];
    /// The limit for the memory of an idle connection, in bytes.
    const IDLE_GOAL: f64;

    fn options(&self) -> ContestOptions;

    /// Starts flashgate in front of the backend.
    fn flashgate(site: &BenchFolder, backend: &BenchBackend) -> Result<Between>;

    /// A little of everything, before measuring.
    fn warm_up(&self, one: &Between) -> Result<()>;

    fn slice(&self, one: &Between) -> Result<Self::Slice>;

    /// Opens connections that pass one message each way and then stay idle.
    fn open_idle(one: &Between, count: u32) -> Result<Vec<Self::Held>>;

    /// Further goals for flashgate.
    fn more(&self, _ours: &Between) -> Result<Option<Goal>> {
        Ok(None)
    }
}

/// The options of every comparison.
#[derive(Clone, Copy, Debug)]
pub(super) struct ContestOptions {
    pub(super) rounds: u32,
    /// Number of idle connections.
    pub(super) idle: u32,
    /// Measure flashgate alone.
    pub(super) alone: bool,
    /// Print JSON.
    pub(super) json: bool,
}

/// Compares, prints the standings, and fails if a goal was missed.
pub(super) fn run<C: Contest>(contest: &C) -> Result<()> {
    let options = contest.options();
    let machine = Machine::prepare()?;
    let site = BenchFolder::new()?;
    machine.pin_client()?;
    let (contenders, standings) = measure(contest, &site)?;
    let mut goals = goals::<C>(options, &standings);
    let ours = contenders.first().context("flashgate is missing")?;
    goals.extend(contest.more(ours)?);
    print::<C>(options, &machine, &standings, &goals);
    goal::demand(&goals)
}

/// The programs, flashgate first, and what was measured.
type Standings<S> = (Vec<Between>, Vec<ProgramSlices<S>>);

/// Starts the programs and compares them. This must run on the client's CPU.
pub(super) fn measure<C: Contest>(contest: &C, site: &BenchFolder) -> Result<Standings<C::Slice>> {
    let options = contest.options();
    let backend = BenchBackend::start()?;
    let contenders = start::<C>(options, site, &backend)?;
    for one in &contenders {
        contest.warm_up(one)?;
    }
    let give = |one: &Between| contest.slice(one);
    let mut standings = rounds::rounds(&contenders, options.rounds, |one| one.name, give)?;
    for (one, standing) in contenders.iter().zip(&mut standings) {
        standing.idle_bytes = idle::<C>(one, options.idle, &backend);
    }
    Ok((contenders, standings))
}

fn start<C: Contest>(
    options: ContestOptions,
    site: &BenchFolder,
    backend: &BenchBackend,
) -> Result<Vec<Between>> {
    let mut contenders = vec![C::flashgate(site, backend).context("can't start flashgate")?];
    for other in C::OTHERS.iter().filter(|_| !options.alone) {
        match Between::other(other, site, backend.address) {
            Ok(contender) => contenders.push(contender),
            Err(error) => note(&format!(
                "skipped {}: {error:#}; it needs {}",
                other.name, other.needs
            ))?,
        }
    }
    Ok(contenders)
}

/// Memory of one idle connection, in bytes; `None` if the connections could not be opened.
fn idle<C: Contest>(one: &Between, count: u32, backend: &BenchBackend) -> Option<f64> {
    let count = count.min(one.most_idle);
    let before = cpu::memory_kb_with_children(one.pid).ok()?;
    let open = C::open_idle(one, count);
    let after = cpu::memory_kb_with_children(one.pid).ok()?;
    backend.let_go();
    if let Err(error) = open {
        // The other figures are useful without this one.
        let _ = note(&format!("idle {}s of {}: {error:#}", C::KIND, one.name));
        return None;
    }
    let grown = u32::try_from(after.saturating_sub(before)).ok()?;
    Some(f64::from(grown) * 1024.0 / f64::from(count))
}

fn goals<C: Contest>(options: ContestOptions, standings: &[ProgramSlices<C::Slice>]) -> Vec<Goal> {
    let peers = if options.alone {
        Peers::LeftOut
    } else {
        Peers::Needed
    };
    let mut goals = rounds::goals(standings, C::FIGURES, peers);
    let name = format!("bytes resident per idle {}", C::KIND);
    goals.push(Goal::at_most(C::IDLE_GOAL, name, rounds::idle(standings)));
    goals
}

fn print<C: Contest>(
    options: ContestOptions,
    machine: &Machine,
    standings: &[ProgramSlices<C::Slice>],
    goals: &[Goal],
) {
    if options.json {
        let servers = standings.iter().map(|one| one.json(C::FIGURES));
        let whole = json!({
            "machine": machine.json(),
            (format!("{}s", C::KIND)): servers.collect::<Vec<_>>(),
            "goals": goals.iter().map(Goal::json).collect::<Vec<_>>(),
        });
        println!("{whole}");
    } else {
        println!("{machine}");
        let table = rounds::table(standings, C::FIGURES);
        println!("{} rounds\n\n{table}", options.rounds);
        goal::print(goals);
    }
}
