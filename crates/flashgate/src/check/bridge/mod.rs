//! What Ruffle in a browser would meet: a WebSocket in place of every socket, opened by the rules of browsers.
//!
//! Ruffle asks for no policy. What decides is the browser (mixed content, ports it blocks, certificates) and the bridge
//! (the handshake, with the page's Origin), and Ruffle tells the movie of neither: it sees connect, then close.

use std::cmp::Reverse;
use std::time::Duration;

use flash_policy::player::{Reason, Verdict};

use super::trace::Attempt;
use super::{Clock, Failure, Finding, Lookup, Watcher, names};

mod browser;
mod config;
mod handshake;
mod judge;
mod url;

pub(crate) use config::entries;
pub(crate) use handshake::{Answer, Handshake};
pub(crate) use url::{Page, ProxyUrl};

use super::secure::TlsFault;

/// What is to be checked.
#[derive(Clone, Debug)]
pub(crate) struct BridgePlan {
    /// The target, as it was given.
    pub(crate) target: String,
    pub(crate) entries: Vec<Entry>,
    /// The page that Ruffle runs in.
    pub(crate) page: Option<Page>,
    pub(crate) timeout: Duration,
}

/// One entry of `socketProxy`, or a URL alone.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The host and port that the movie names.
    pub(crate) movie: Option<(String, u16)>,
    pub(crate) url: ProxyUrl,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct BridgeReport {
    pub(crate) plan: BridgePlan,
    pub(crate) verdict: Verdict,
    pub(crate) reason: Reason,
    pub(crate) elapsed: Duration,
    pub(crate) scenes: Vec<Scene>,
    pub(crate) findings: Vec<Finding>,
}

/// What was seen of one entry's bridge.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) entry: Entry,
    pub(crate) started: Duration,
    pub(crate) lookup: Lookup,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) tls: Option<TlsFault>,
    pub(crate) handshake: Option<Handshake>,
    /// The Origin that the browser sends.
    pub(crate) origin: String,
}

pub(super) async fn examine(
    plan: BridgePlan,
    watcher: Watcher<'_>,
) -> Result<BridgeReport, Failure> {
    let clock = Clock::start(plan.timeout);
    let (mut scenes, mut findings) = (Vec::new(), Vec::new());
    let (mut verdict, mut reason) = (Verdict::Allowed, Reason::NoPolicyNeeded);
    let mut elapsed = Duration::ZERO;
    for entry in &plan.entries {
        watcher(&format!("opening {}", entry.url));
        let lookup = names::look_up(&entry.url.host, clock)
            .await
            .map_err(Failure::Name)?;
        let (scene, took) = handshake::open(entry.clone(), lookup, plan.page.as_ref(), clock).await;
        elapsed = elapsed.max(took);
        let judged = judge::judge(&scene, plan.page.as_ref());
        if verdict == Verdict::Allowed {
            (verdict, reason) = (judged.verdict, judged.reason);
        }
        findings.extend(judged.findings);
        scenes.push(scene);
    }
    // An error of a later entry comes before what an earlier one is only warned of.
    findings.sort_by_key(|finding: &Finding| Reverse(finding.diagnostic.severity));
    Ok(BridgeReport {
        plan,
        verdict,
        reason,
        elapsed,
        scenes,
        findings,
    })
}
