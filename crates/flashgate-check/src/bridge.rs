//! What happens to Ruffle in a browser: a WebSocket replaces every socket, under the rules of browsers.
//!
//! Ruffle asks for no policy. The browser decides (mixed content, blocked ports, certificates), and so does the bridge
//! (the handshake, with the page's Origin). Ruffle reports neither to the movie: it gets `connect`, then `close`.

use std::cmp::Reverse;
use std::time::Duration;

use flash_policy::player::{Reason, Verdict};

mod browser;
mod config;
mod entry;
mod handshake;
mod judge;
mod literal;
mod refusal;
mod scene;
mod url;

pub use config::{ConfigFault, EntryFault, entries};
pub use entry::ProxyEntry;
pub(crate) use scene::{Reached, Scene};
pub use url::{ProxyUrl, UrlFault, WebOrigin};

use super::clock::CheckClock;
use super::failure::CheckFailure;
use super::judge::Finding;
use super::names;
use super::setting::Watcher;
use super::tls::{TlsJudge, Trust};

/// What to check.
#[derive(Clone, Debug)]
pub struct BridgePlan {
    /// The target, as given.
    pub target: String,
    /// The entries that name a bridge, in the order of the page.
    pub entries: Vec<ProxyEntry>,
    /// The page that Ruffle runs in.
    pub page: Option<WebOrigin>,
    /// The time limit for the whole check.
    pub timeout: Duration,
    /// Which certificates are accepted.
    pub trust: Trust,
}

impl BridgePlan {
    /// The target as people read it.
    pub(crate) fn shown_target(&self) -> &str {
        if self.target == "-" {
            "standard input"
        } else {
            &self.target
        }
    }
}

/// The result of a check.
#[derive(Debug)]
pub struct BridgeReport {
    pub(crate) plan: BridgePlan,
    pub(crate) verdict: Verdict,
    pub(crate) reason: Reason,
    pub(crate) elapsed: Duration,
    pub(crate) scenes: Vec<Scene>,
    pub(crate) findings: Vec<Finding>,
}

impl BridgeReport {
    /// What a movie would get.
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }
}

pub(super) async fn examine(
    plan: BridgePlan,
    watcher: Watcher<'_>,
) -> Result<BridgeReport, CheckFailure> {
    let clock = CheckClock::start(plan.timeout);
    let tls = TlsJudge::new(plan.trust.clone());
    let (mut scenes, mut findings) = (Vec::new(), Vec::new());
    let (mut verdict, mut reason) = (Verdict::Allowed, Reason::NoPolicyNeeded);
    let mut elapsed = Duration::ZERO;
    for entry in &plan.entries {
        watcher(&format!("opening {}", entry.url));
        let (scene, took) = visit(entry, plan.page.as_ref(), &tls, clock).await?;
        elapsed = elapsed.max(took);
        let judged = judge::judge(&scene, plan.page.as_ref());
        if verdict == Verdict::Allowed {
            (verdict, reason) = (judged.verdict, judged.reason);
        }
        for finding in judged.findings {
            // A finding about a host appears once, not for each of its entries.
            let same = |known: &Finding| known.diagnostic == finding.diagnostic;
            if !findings.iter().any(same) {
                findings.push(finding);
            }
        }
        scenes.push(scene);
    }
    // An error about a later entry comes before a warning about an earlier one.
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

/// Checks one entry. A name without an address ends the check only if there is nothing else to check.
async fn visit(
    entry: &ProxyEntry,
    page: Option<&WebOrigin>,
    tls: &TlsJudge,
    clock: CheckClock,
) -> Result<(Scene, Duration), CheckFailure> {
    let started = clock.elapsed();
    let (addresses, reached) = match names::look_up(&entry.url.host, clock).await {
        Ok(lookup) => (lookup.addresses, Reached::NoConnection),
        Err(fault) if entry.movie.is_some() => (Vec::new(), Reached::Nobody(fault)),
        Err(fault) => return Err(CheckFailure::Name(fault)),
    };
    let scene = Scene {
        entry: entry.clone(),
        started,
        addresses,
        attempts: Vec::new(),
        reached,
        origin: handshake::origin(page, &entry.url),
        overlooked: None,
    };
    Ok(match scene.reached {
        Reached::Nobody(_) => (scene, clock.elapsed()),
        Reached::NoConnection | Reached::NoTls(_) | Reached::Server(_) => {
            handshake::open(scene, tls, clock).await
        }
    })
}
