//! What `flashgate check` does: what a player does against a live server, and what would come of it and why; for
//! [flashgate](https://github.com/flashgate/flashgate).
//!
//! The player is `flash_policy::player`; nothing here decides who may connect. `drive` gives it sockets and a clock,
//! `survey` asks the server what no player asks, `judge` explains, and `report` puts it into words. Nothing but
//! `report::progress` may print.
//!
//! This crate is an internal part of flashgate and has no stable API: any release may change any of it.

use std::future::poll_fn;
use std::io;
use std::task::Poll;
use std::time::Duration;

use flash_policy::player::{Config, Outcome, Step, Verdict};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::Instant;

use tls::Tls;

mod behind;
mod bridge;
mod converse;
mod dial;
mod drive;
mod http;
mod judge;
mod names;
pub mod report;
mod shown;
mod survey;
mod tls;
mod trace;

pub(crate) use behind::{Behind, NotKnown};
pub(crate) use bridge::{Answer, Lack, Reached, Scene};
pub use bridge::{
    BridgePlan, BridgeReport, ConfigFault, Entry, EntryFault, Page, ProxyUrl, UrlFault, entries,
};
pub(crate) use judge::{About, Finding, Source};
pub(crate) use names::Lookup;
pub use names::{NameFault, Nameless};
pub use tls::{CaFault, Named, Trust};
pub(crate) use trace::{Attempt, Dialled, Ended, Trace};

/// What is to be checked.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The client: what it is, and what it connects to.
    pub config: Config,
    /// Whose certificates are accepted.
    pub trust: Trust,
    /// The target, as it was given.
    pub target: String,
}

/// What came of it.
#[derive(Debug)]
pub struct Report {
    pub(crate) plan: Plan,
    pub(crate) outcome: Outcome,
    pub(crate) lookup: Lookup,
    /// The player's connections, in order.
    pub(crate) seen: Vec<Seen>,
    /// Whether there is a server behind the port that accepts.
    pub(crate) behind: Behind,
    /// The first cause first.
    pub(crate) findings: Vec<Finding>,
    /// The policies that the findings point into, by [`Finding::source`].
    pub(crate) sources: Vec<Source>,
}

impl Report {
    /// What a player would come to.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        self.outcome.verdict
    }
}

/// One connection of the player: what it made of it, and what was really there.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) step: Step,
    pub(crate) trace: Trace,
}

/// Why there is no report.
#[derive(Debug)]
pub enum Failure {
    /// The target's name has no address.
    Name(NameFault),
    /// A signal asked it to end.
    Ended(Ending),
    /// The system did not give what the program itself needs.
    System(io::Error),
}

/// The signals that end a check in order, so that nothing of its progress is left on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// SIGINT: somebody pressed Ctrl-C.
    Interrupted,
    /// SIGTERM.
    Terminated,
    /// SIGHUP: the terminal is gone.
    HungUp,
}

impl Ending {
    const ALL: [Self; 3] = [Self::Interrupted, Self::Terminated, Self::HungUp];

    /// The signal's number.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::HungUp => 1,
            Self::Interrupted => 2,
            Self::Terminated => 15,
        }
    }

    /// In a word.
    #[must_use]
    pub const fn told(self) -> &'static str {
        match self {
            Self::Interrupted => "interrupted",
            Self::Terminated => "terminated",
            Self::HungUp => "hung up",
        }
    }

    const fn kind(self) -> SignalKind {
        match self {
            Self::Interrupted => SignalKind::interrupt(),
            Self::Terminated => SignalKind::terminate(),
            Self::HungUp => SignalKind::hangup(),
        }
    }

    /// Waits for the first of them.
    async fn first() -> io::Result<Self> {
        let mut signals = Vec::new();
        for ending in Self::ALL {
            signals.push((ending, signal(ending.kind())?));
        }
        Ok(poll_fn(|context| {
            let mut came = None;
            for (ending, signal) in &mut signals {
                // Each is polled, so that each wakes.
                if signal.poll_recv(context).is_ready() {
                    came = Some(*ending);
                }
            }
            came.map_or(Poll::Pending, Poll::Ready)
        })
        .await)
    }
}

/// Told what is waited for, whenever that changes.
pub type Watcher<'a> = &'a dyn Fn(&str);

/// Does it, in a runtime of its own.
pub fn run(plan: Plan, watcher: Watcher<'_>) -> Result<Report, Failure> {
    in_runtime(examine(plan, watcher))
}

/// The same for Ruffle in a browser.
pub fn run_bridge(plan: BridgePlan, watcher: Watcher<'_>) -> Result<BridgeReport, Failure> {
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
            ending = Ending::first() => Err(ending.map_or_else(Failure::System, Failure::Ended)),
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
    let tls = Tls::new(plan.trust.clone());
    let setting = Setting {
        config: &plan.config,
        lookup: &lookup,
        tls: &tls,
        clock,
    };
    let (mut outcome, lines) = drive::drive(setting, watcher).await;
    watcher("looking at how the server does it");
    let steps = lines.steps().to_vec();
    let (seen, survey, doorway) = tokio::join!(
        drive::collect(lines),
        survey::survey(setting, &outcome, &steps),
        behind::knock(setting, &steps)
    );
    let behind = behind::look(setting, &seen, doorway).await;
    behind.settle(&mut outcome);
    let (findings, sources) = judge::judge(
        &plan,
        &outcome,
        &seen,
        judge::Around {
            lookup: &lookup,
            survey: &survey,
            behind: &behind,
        },
    );
    Ok(Report {
        plan,
        outcome,
        lookup,
        seen,
        behind,
        findings,
        sources,
    })
}

/// What every part of a check needs.
#[derive(Clone, Copy)]
struct Setting<'a> {
    config: &'a Config,
    lookup: &'a Lookup,
    tls: &'a Tls,
    clock: Clock,
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

    /// This long from now, but not past the end.
    fn within(self, limit: Duration) -> Instant {
        (Instant::now() + limit).min(self.end())
    }
}
