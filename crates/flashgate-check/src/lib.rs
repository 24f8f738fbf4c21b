//! The library behind `flashgate check` in [flashgate](https://github.com/flashgate/flashgate): acts as a player
//! against a live server, and explains what would happen and why.
//!
//! The player is `flash_policy::player`; nothing here decides who may connect. `drive` gives it sockets and a clock,
//! `survey` asks the server what no player asks, `judge` explains, and `report` writes the text. Only
//! `report::progress` prints.
//!
//! This crate is an internal part of flashgate and has no stable API: any release may change any of it.

use flash_policy::player::{Outcome, Verdict};

use clock::CheckClock;
use runtime::in_runtime;
use setting::Setting;
use tls::TlsJudge;

mod answer;
mod behind;
mod bridge;
mod clock;
mod converse;
mod dial;
mod drive;
mod ending;
mod failure;
mod fetch;
pub mod findings;
mod http;
mod input;
mod judge;
mod names;
mod plan;
pub mod report;
mod runtime;
mod setting;
mod shown;
mod survey;
mod tls;
mod trace;
mod web;

pub(crate) use answer::{BadUpgrade, HandshakeAnswer};
pub(crate) use behind::{Behind, NotKnown};
pub use bridge::{
    BridgeFailure, BridgePlan, BridgeReport, BridgeSubject, ConfigFault, EntryFault, MovieFault,
    PageFault, ProxyEntry, RuffleSettings, entries,
};
pub(crate) use bridge::{Reached, Scene};
pub use ending::Interruption;
pub use failure::CheckFailure;
pub use input::{InputFailure, read_input};
pub(crate) use judge::{About, Finding, ReceivedPolicy};
pub(crate) use names::Lookup;
pub use names::{LookupFault, Nameless};
pub use plan::CheckPlan;
pub use setting::Watcher;
pub use tls::{CaFault, NamedRoots, Trust};
pub(crate) use trace::{DialAttempt, DialOutcome, Ended, Seen, Trace};
pub use web::{ProxyUrl, UrlFault, WebOrigin, WebUrl};

/// The result of a check.
#[derive(Debug)]
pub struct CheckReport {
    pub(crate) plan: CheckPlan,
    pub(crate) outcome: Outcome,
    pub(crate) lookup: Lookup,
    /// The player's connections, in order.
    pub(crate) seen: Vec<Seen>,
    /// Whether a server is behind a port that accepts.
    pub(crate) behind: Behind,
    /// The most important cause comes first.
    pub(crate) findings: Vec<Finding>,
    /// The policies that findings point into, by [`Finding::source`].
    pub(crate) sources: Vec<ReceivedPolicy>,
}

impl CheckReport {
    /// The verdict of the player.
    pub const fn verdict(&self) -> Verdict {
        self.outcome.verdict
    }
}

/// Runs a check, in its own runtime.
pub fn run(plan: CheckPlan, watcher: Watcher<'_>) -> Result<CheckReport, CheckFailure> {
    in_runtime(examine(plan, watcher))
}

/// Runs a check of Ruffle in a browser, in its own runtime.
pub fn run_bridge(plan: BridgePlan, watcher: Watcher<'_>) -> Result<BridgeReport, BridgeFailure> {
    in_runtime(bridge::examine(plan, watcher))
}

async fn examine(plan: CheckPlan, watcher: Watcher<'_>) -> Result<CheckReport, CheckFailure> {
    let clock = CheckClock::start(plan.config.timeout);
    watcher(&format!("looking up {}", plan.config.target));
    let lookup = names::look_up(&plan.config.target, clock)
        .await
        .and_then(|lookup| names::for_client(lookup, plan.config.client))
        .map_err(CheckFailure::Name)?;
    let tls = TlsJudge::new(plan.trust.clone());
    let setting = Setting {
        config: &plan.config,
        lookup: &lookup,
        tls: &tls,
        clock,
    };
    let (mut outcome, lines) = drive::drive(setting, watcher).await;
    watcher("looking at how the server behaves");
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
        judge::Evidence {
            lookup: &lookup,
            survey: &survey,
            behind: &behind,
        },
    );
    Ok(CheckReport {
        plan,
        outcome,
        lookup,
        seen,
        behind,
        findings,
        sources,
    })
}
