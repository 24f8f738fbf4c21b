//! What `flashgate check` does: what a player does against a live server, and what would come of it and why; for
//! [flashgate](https://github.com/flashgate/flashgate).
//!
//! The player is `flash_policy::player`; nothing here decides who may connect. `drive` gives it sockets and a clock,
//! `survey` asks the server what no player asks, `judge` explains, and `report` puts it into words. Nothing but
//! `report::progress` may print.
//!
//! This crate is an internal part of flashgate and has no stable API: any release may change any of it.

use flash_policy::player::{Outcome, Verdict};
use tokio::runtime::Builder;

use clock::Clock;
use setting::Setting;
use tls::Tls;

mod answer;
mod behind;
mod bridge;
mod clock;
mod converse;
mod dial;
mod drive;
mod ending;
mod failure;
mod http;
mod judge;
mod names;
mod plan;
pub mod report;
mod setting;
mod shown;
mod survey;
mod tls;
mod trace;

pub(crate) use answer::{Answer, Lack};
pub(crate) use behind::{Behind, NotKnown};
pub use bridge::{
    BridgePlan, BridgeReport, ConfigFault, Entry, EntryFault, Page, ProxyUrl, UrlFault, entries,
};
pub(crate) use bridge::{Reached, Scene};
pub use ending::Ending;
pub use failure::Failure;
pub(crate) use judge::{About, Finding, Source};
pub(crate) use names::Lookup;
pub use names::{NameFault, Nameless};
pub use plan::Plan;
pub use setting::Watcher;
pub use tls::{CaFault, Named, Trust};
pub(crate) use trace::{Attempt, Dialled, Ended, Seen, Trace};

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
