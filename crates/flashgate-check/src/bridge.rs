//! What happens to Ruffle in a browser: a WebSocket replaces every socket, under the rules of browsers.
//!
//! Ruffle asks for no policy. The browser decides (mixed content, blocked ports, certificates), and so does the bridge
//! (the handshake, with the page's Origin). Ruffle reports neither to the movie: it gets `connect`, then `close`.

use std::cmp::Reverse;
use std::time::Duration;

use flash_policy::player::{Reason, Verdict};

mod code;
mod config;
mod entry;
mod failure;
mod handshake;
mod judge;
mod literal;
mod movie;
mod page;
mod page_judge;
mod refusal;
mod scene;
mod settings;
mod told;
mod visits;

pub use config::{ConfigFault, EntryFault, entries};
pub use entry::ProxyEntry;
pub use failure::{BridgeFailure, MovieFault};
pub use page::PageFault;
pub(crate) use scene::{Reached, Scene};
pub use settings::RuffleSettings;

use super::clock::CheckClock;
use super::judge::Finding;
use super::setting::Watcher;
use super::tls::{TlsJudge, Trust};
use super::web::{Fetcher, LoadKind, LoadScene, WebUrl};
use visits::{Visited, Visitor};

/// What to check.
#[derive(Clone, Debug)]
pub struct BridgePlan {
    /// The target, as given.
    pub target: String,
    /// Where the bridges are named.
    pub subject: BridgeSubject,
    /// The page that Ruffle runs in.
    pub page: Option<WebUrl>,
    /// The movie, as a page refers to it.
    pub movie: Option<String>,
    /// The time limit for the whole check.
    pub timeout: Duration,
    /// What has passed of it: reading standard input takes time.
    pub spent: Duration,
    /// Which certificates are accepted.
    pub trust: Trust,
}

/// Where the bridges are named.
#[derive(Clone, Debug)]
pub enum BridgeSubject {
    /// In these entries, in the order of the page, with these settings.
    Entries(Vec<ProxyEntry>, RuffleSettings),
    /// In the page, list or script at this address.
    Address(WebUrl),
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
    /// The page, its scripts and the movie.
    pub(crate) loads: Vec<LoadScene>,
    pub(crate) scenes: Vec<Scene>,
    pub(crate) findings: Vec<Finding>,
}

impl BridgeReport {
    /// What a movie would get.
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }
}

/// What a check collects.
struct BridgeCase {
    clock: CheckClock,
    /// The first cause decides.
    verdict: Option<(Verdict, Reason)>,
    findings: Vec<Finding>,
    loads: Vec<LoadScene>,
}

/// What is checked, once the page is loaded.
struct KnownBridges {
    entries: Vec<ProxyEntry>,
    page: Option<WebUrl>,
    settings: RuffleSettings,
}

pub(super) async fn examine(
    plan: BridgePlan,
    watcher: Watcher<'_>,
) -> Result<BridgeReport, BridgeFailure> {
    let clock = CheckClock::start(plan.timeout.saturating_sub(plan.spent));
    let tls = TlsJudge::new(plan.trust.clone());
    let fetcher = Fetcher::new(tls.clone(), clock);
    let mut case = BridgeCase {
        clock,
        verdict: None,
        findings: Vec::new(),
        loads: Vec::new(),
    };
    let known = case.entries(&plan, &fetcher, watcher).await?;
    let visitor = Visitor {
        page: known.page.as_ref().map(WebUrl::origin),
        tls,
        clock,
    };
    let request = plan.movie.as_deref().map(|movie| known.movie(movie));
    let request = request.transpose()?;
    // At the same time, so that a slow server of movies takes no time from the WebSockets.
    let (movie, visited) = tokio::join!(
        load(request, &fetcher, watcher),
        visitor.all(&known.entries, watcher)
    );
    case.movie(movie);
    let (scenes, elapsed) = case.bridges(visited?, &visitor);
    // An error about a later entry comes before a warning about an earlier one.
    case.findings
        .sort_by_key(|finding: &Finding| Reverse(finding.diagnostic.severity));
    let (verdict, reason) = case.verdict.unwrap_or(judge::FINE);
    Ok(BridgeReport {
        plan,
        verdict,
        reason,
        elapsed,
        loads: case.loads,
        scenes,
        findings: case.findings,
    })
}

impl BridgeCase {
    /// Loads the page, if the target is one.
    async fn entries(
        &mut self,
        plan: &BridgePlan,
        fetcher: &Fetcher,
        watcher: Watcher<'_>,
    ) -> Result<KnownBridges, BridgeFailure> {
        let address = match &plan.subject {
            BridgeSubject::Entries(entries, settings) => {
                return Ok(KnownBridges {
                    entries: entries.clone(),
                    page: plan.page.clone(),
                    settings: settings.clone(),
                });
            }
            BridgeSubject::Address(address) => address,
        };
        watcher(&format!("loading {address}"));
        let page = page::visit(fetcher, address, plan.page.as_ref()).await;
        let page = page.map_err(BridgeFailure::Page)?;
        let judged = page_judge::judge(&page);
        self.verdict = judged.verdict;
        self.add(judged.findings.into_iter().map(Finding::of_server));
        self.loads.extend(page.loads);
        Ok(KnownBridges {
            entries: page.entries,
            page: Some(page.url),
            settings: page.settings,
        })
    }

    /// The movie's result does not change the verdict, which is about the connection.
    fn movie(&mut self, loaded: Option<(LoadScene, WebUrl)>) {
        let Some((scene, page)) = loaded else {
            return;
        };
        let findings = movie::judge(&scene, &page);
        self.add(findings.into_iter().map(Finding::of_server));
        self.loads.push(scene);
    }

    /// Checks the result of each WebSocket. Also returns the time until the last result was clear.
    fn bridges(&mut self, visited: Vec<Visited>, visitor: &Visitor) -> (Vec<Scene>, Duration) {
        let mut scenes = Vec::new();
        let mut elapsed = Duration::ZERO;
        for (scene, took) in visited {
            elapsed = elapsed.max(took);
            let judged = judge::judge(&scene, visitor.page.as_ref());
            if judged.verdict != Verdict::Allowed {
                self.verdict.get_or_insert((judged.verdict, judged.reason));
            }
            self.add(judged.findings.into_iter());
            scenes.push(scene);
        }
        if scenes.is_empty() {
            elapsed = self.clock.elapsed();
        }
        self.unchecked(&scenes);
        (scenes, elapsed)
    }

    /// WebSockets that there was no time for count only if no other one was checked.
    fn unchecked(&mut self, scenes: &[Scene]) {
        let is_unchecked = |scene: &&Scene| matches!(scene.reached, Reached::OutOfTime);
        let count = scenes.iter().filter(is_unchecked).count();
        if count == 0 {
            return;
        }
        if count == scenes.len() {
            let timeout = (Verdict::Unreachable, Reason::TargetTimeout);
            self.verdict.get_or_insert(timeout);
        }
        let finding = judge::not_checked(count, scenes.len(), self.clock.whole());
        self.add(std::iter::once(Finding::of_server(finding)));
    }

    /// A finding about a host appears once, not for each of its entries.
    fn add(&mut self, findings: impl Iterator<Item = Finding>) {
        for finding in findings {
            let same = |known: &Finding| known.diagnostic == finding.diagnostic;
            if !self.findings.iter().any(same) {
                self.findings.push(finding);
            }
        }
    }
}

/// A movie, and how Ruffle requests it.
struct MovieRequest {
    asked: WebUrl,
    first: WebUrl,
    page: WebUrl,
    kind: LoadKind,
}

impl KnownBridges {
    /// How Ruffle requests this movie in the page.
    fn movie(&self, movie: &str) -> Result<MovieRequest, BridgeFailure> {
        let asked = match self.page.as_ref() {
            Some(page) => page.join(movie),
            None => WebUrl::read(movie),
        };
        let asked = asked.map_err(|fault| {
            let movie = movie.to_owned();
            BridgeFailure::Movie(MovieFault { movie, fault })
        })?;
        let bridge = self.entries.first();
        let bridge = bridge.map(|entry| WebUrl::of_bridge(&entry.url));
        let page = self.page.clone().or(bridge);
        let page = page.unwrap_or_else(|| asked.clone());
        let first = self.settings.requested(&asked, &page);
        let kind = LoadKind::Movie(self.settings.credentials(&first));
        Ok(MovieRequest {
            asked,
            first,
            page,
            kind,
        })
    }
}

/// Loads the movie, if there is one. Also returns the page.
async fn load(
    request: Option<MovieRequest>,
    fetcher: &Fetcher,
    watcher: Watcher<'_>,
) -> Option<(LoadScene, WebUrl)> {
    let MovieRequest {
        asked,
        first,
        page,
        kind,
    } = request?;
    watcher(&format!("loading {asked}"));
    let scene = fetcher.load(kind, asked, Some(&page), first).await;
    Some((scene, page))
}
