//! `flashgate check`: does what a player does against a live server, and says what would come of it and why.
//!
//! The player is `flash_policy::player`; nothing here decides who may connect. `drive` gives it sockets and a clock,
//! `survey` asks the server what no player asks, `judge` explains. Nothing here may print.

use std::io;
use std::time::Duration;

use flash_policy::player::{Config, Outcome, Step};
use tokio::runtime::Builder;
use tokio::time::Instant;

mod bridge;
mod converse;
mod dial;
mod drive;
mod http;
mod judge;
mod names;
mod secure;
mod survey;
mod trace;

pub(crate) use bridge::{Answer, BridgePlan, BridgeReport, Entry, Page, ProxyUrl, Scene, entries};
pub(crate) use judge::{Finding, Source};
pub(crate) use names::{Lookup, NameFault};
pub(crate) use trace::{Attempt, Dialled, Ended, Trace};

/// What is to be checked.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) config: Config,
    /// The target, as it was given.
    pub(crate) target: String,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) plan: Plan,
    pub(crate) outcome: Outcome,
    pub(crate) lookup: Lookup,
    /// The player's connections, in order.
    pub(crate) seen: Vec<Seen>,
    /// The first cause first.
    pub(crate) findings: Vec<Finding>,
    /// The policies that the findings point into, by [`Finding::source`].
    pub(crate) sources: Vec<Source>,
}

/// One connection of the player: what it made of it, and what was really there.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) step: Step,
    pub(crate) trace: Trace,
}

/// Why there is no report.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The target's name has no address.
    Name(NameFault),
    /// Somebody pressed Ctrl-C.
    Interrupted,
    /// The system did not give what the program itself needs.
    System(io::Error),
}

/// Told what is waited for, whenever that changes.
pub(crate) type Watcher<'a> = &'a dyn Fn(&str);

/// Does it.
pub(crate) fn run(plan: Plan, watcher: Watcher<'_>) -> Result<Report, Failure> {
    in_runtime(examine(plan, watcher))
}

/// The same for Ruffle in a browser.
pub(crate) fn run_bridge(plan: BridgePlan, watcher: Watcher<'_>) -> Result<BridgeReport, Failure> {
    in_runtime(bridge::examine(plan, watcher))
}

fn in_runtime<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::System)?;
    let result = runtime.block_on(async {
        tokio::select! {
            result = work => result,
            pressed = tokio::signal::ctrl_c() => Err(pressed.map_or_else(Failure::System, |()| Failure::Interrupted)),
        }
    });
    // A look-up of a name may hang on, and nobody waits for it.
    runtime.shutdown_background();
    result
}

async fn examine(plan: Plan, watcher: Watcher<'_>) -> Result<Report, Failure> {
    let clock = Clock::start(plan.config.timeout);
    watcher(&format!("looking up {}", plan.config.target));
    let lookup = names::look_up(&plan.config.target, clock)
        .await
        .and_then(|lookup| names::for_client(lookup, plan.config.client))
        .map_err(Failure::Name)?;
    let (outcome, lines) = drive::drive(&plan.config, &lookup, clock, watcher).await;
    watcher("looking at how the server does it");
    let steps = lines.steps().to_vec();
    let (seen, survey) = tokio::join!(
        drive::collect(lines),
        survey::survey(&plan.config, &lookup, &outcome, &steps, clock)
    );
    let (findings, sources) = judge::judge(&plan, &outcome, &lookup, &seen, &survey);
    Ok(Report {
        plan,
        outcome,
        lookup,
        seen,
        findings,
        sources,
    })
}

/// The time since the check began, and when it has to be over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Instant,
    timeout: Duration,
}

impl Clock {
    fn start(timeout: Duration) -> Self {
        Self {
            started: Instant::now(),
            timeout,
        }
    }

    fn elapsed(self) -> Duration {
        self.started.elapsed()
    }

    fn end(self) -> Instant {
        self.started + self.timeout
    }

    /// So long from now, but not past the end.
    fn within(self, limit: Duration) -> Instant {
        (Instant::now() + limit).min(self.end())
    }
}
