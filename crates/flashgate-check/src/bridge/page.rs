//! A page as its browser reads it: its scripts in their order, and the entries that are left when all have run.

use std::fmt::{self, Display, Formatter};

use tokio::task::JoinSet;

use super::config::{ConfigFault, entries_of};
use super::entry::ProxyEntry;
use super::settings::RuffleSettings;
use super::told::told;
use crate::findings::FindingId;
use crate::http::WebHead;
use crate::judge::judge_tls;
use crate::web::{Fetcher, LoadFault, LoadKind, LoadScene, ProxyUrl, WebUrl};

mod assembled;
pub(super) mod html;
mod statements;

pub(super) use assembled::LostEntries;
use assembled::{ScriptText, assemble};
use html::{PageScripts, ScriptContent, ScriptElement};

/// More scripts than this are not loaded. The scripts in the page itself don't count.
const MOST_LOADED: usize = 32;

/// The scripts get one of this number of shares of the time that is left.
const SCRIPT_SHARES: usize = 3;

/// The observations of a page.
#[derive(Debug)]
pub(super) struct PageScene {
    /// Where it is, after redirects.
    pub(super) url: WebUrl,
    /// The page, and those of its scripts that matter for Ruffle.
    pub(super) loads: Vec<LoadScene>,
    pub(super) entries: Vec<ProxyEntry>,
    pub(super) lost: Vec<LostEntries>,
    pub(super) settings: RuffleSettings,
}

/// Why a page can't be checked.
#[derive(Debug)]
pub enum PageFault {
    /// It can't be loaded, for this reason.
    NotLoaded(WebUrl, String),
    /// Its certificate does not count, for this reason, and with what to do about it.
    Certificate(WebUrl, String, String),
    /// It has no usable list.
    Config(WebUrl, ConfigFault),
}

impl Display for PageFault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoaded(url, why) | Self::Certificate(url, why, _) => {
                write!(f, "`{url}` can't be loaded: {why}")
            }
            Self::Config(url, fault) => {
                write!(f, "`{url}` contains no usable `socketProxy` list: {fault}")
            }
        }
    }
}

impl PageFault {
    /// What to do about it.
    pub fn help(&self) -> &str {
        match self {
            Self::Certificate(_, _, help) => help,
            Self::NotLoaded(..) => {
                "check the page's address in a browser; or pass a file with its config, or a WebSocket's URL"
            }
            Self::Config(..) => {
                "scripts are read, not run: pass the URL of the WebSocket (`wss://…`), or a file with the list as the browser's console shows it (`JSON.stringify(RufflePlayer.config)`)"
            }
        }
    }
}

/// Loads a page, and finds the entries in it. `--from` may name another page for an address that is not a page itself.
pub(super) async fn visit(
    fetcher: &Fetcher,
    address: &WebUrl,
    from: Option<&WebUrl>,
) -> Result<PageScene, PageFault> {
    let page = fetcher.load(LoadKind::Page, address.clone(), None, address.clone());
    let page = page.await;
    let url = page.url.clone();
    let document = match &page.result {
        Ok(document) => document,
        Err(fault) => {
            return Err(not_loaded(fault, url));
        }
    };
    let text = String::from_utf8_lossy(&document.body).into_owned();
    let site = from.unwrap_or(&url).clone();
    if is_page(&document.head, &text) {
        read(fetcher, page, &text, site).await
    } else {
        alone(page, &text, site)
    }
}

/// Like [`told`], but for a certificate with what to do about it.
fn not_loaded(fault: &LoadFault, url: WebUrl) -> PageFault {
    if let LoadFault::Tls(tls) = fault
        && tls.is_about_certificate()
    {
        let judged = judge_tls(tls, &url.authority(), FindingId::NoTlsOnBridge);
        return PageFault::Certificate(url, judged.message, judged.help.join("; "));
    }
    let why = told(fault, &url);
    PageFault::NotLoaded(url, why)
}

fn is_page(head: &WebHead, text: &str) -> bool {
    let kind = head.field("content-type").unwrap_or_default();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    kind.to_ascii_lowercase().contains("html") || text.starts_with('<')
}

/// A list, a config or a script that is no page.
fn alone(load: LoadScene, text: &str, site: WebUrl) -> Result<PageScene, PageFault> {
    let entries = super::config::entries(text.as_bytes(), Some(&site.origin()));
    Ok(PageScene {
        entries: entries.map_err(|fault| PageFault::Config(load.url.clone(), fault))?,
        settings: RuffleSettings::read(text),
        url: site,
        loads: vec![load],
        lost: Vec::new(),
    })
}

async fn read(
    fetcher: &Fetcher,
    page: LoadScene,
    text: &str,
    site: WebUrl,
) -> Result<PageScene, PageFault> {
    let head = page.document().map(|document| &document.head);
    let policy = head.and_then(|head| head.field("content-security-policy"));
    let html = html::read(text);
    let upgrades = upgrades(&html, policy);
    let scripts = load_scripts(fetcher, &page.url, &html, upgrades).await;
    let texts: Vec<_> = scripts.iter().filter_map(LoadedScript::text).collect();
    let (values, lost) = assemble(&texts);
    let has_failed = scripts.iter().any(LoadedScript::has_failed);
    let unreadable = scripts.iter().find_map(LoadedScript::unreadable);
    let entries = match (entries_of(&values, Some(&site.origin())), unreadable) {
        (Err(ConfigFault::NoList | ConfigFault::Empty), Some(fault)) if lost.is_empty() => {
            return Err(fault);
        }
        (entries, _) => entries,
    };
    let entries = match entries {
        // A script that can't be loaded explains it.
        Err(ConfigFault::NoList | ConfigFault::Empty) if has_failed || !lost.is_empty() => {
            Vec::new()
        }
        Err(ConfigFault::Empty) => return Err(PageFault::Config(page.url, ConfigFault::NoList)),
        Err(fault) => return Err(PageFault::Config(page.url, fault)),
        Ok(entries) => entries,
    };
    let settings = texts.iter().map(|text| RuffleSettings::read(&text.text));
    let loads = scripts.into_iter().filter(LoadedScript::matters);
    let loads = loads.filter_map(|script| script.scene);
    Ok(PageScene {
        settings: settings.fold(RuffleSettings::default(), RuffleSettings::and),
        loads: std::iter::once(page).chain(loads).collect(),
        entries: entries
            .into_iter()
            .map(|entry| entry.upgraded(upgrades))
            .collect(),
        lost,
        url: site,
    })
}

/// Whether the page lets the browser replace `http:` by `https:` and `ws:` by `wss:` (Content Security Policy,
/// `upgrade-insecure-requests`).
fn upgrades(html: &PageScripts, policy: Option<String>) -> Upgrades {
    let policy = policy.unwrap_or_default().to_ascii_lowercase();
    if html.upgrades || policy.contains("upgrade-insecure-requests") {
        Upgrades::Everything
    } else {
        Upgrades::Nothing
    }
}

/// What the browser upgrades to TLS in this page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upgrades {
    Nothing,
    Everything,
}

impl ProxyEntry {
    fn upgraded(mut self, upgrades: Upgrades) -> Self {
        if upgrades == Upgrades::Everything && !self.url.secure {
            self.url = ProxyUrl {
                secure: true,
                port: if self.url.port == 80 {
                    443
                } else {
                    self.url.port
                },
                ..self.url
            };
        }
        self
    }
}

/// A script, and how it was loaded.
struct LoadedScript {
    element: ScriptElement,
    scene: Option<LoadScene>,
}

impl LoadedScript {
    fn text(&self) -> Option<ScriptText> {
        let (name, text) = match (&self.element.content, &self.scene) {
            (ScriptContent::Inline(text), _) => (
                format!("the script in line {}", self.element.line),
                text.clone(),
            ),
            (ScriptContent::Src(_), scene) => {
                let scene = scene.as_ref()?;
                let bytes = &scene.document()?.body;
                (
                    format!("`{}`", scene.asked),
                    String::from_utf8_lossy(bytes).into_owned(),
                )
            }
        };
        Some(ScriptText { name, text })
    }

    /// Whether a script that Ruffle may need can't be loaded. Many pages have others, such as counters. What is in a
    /// script that a browser would load is not known.
    fn has_failed(&self) -> bool {
        let fault = |scene: &LoadScene| match &scene.result {
            Ok(_) => false,
            Err(LoadFault::Silence | LoadFault::Encoded(_)) => true,
            Err(_) => is_about_ruffle(&scene.asked),
        };
        self.scene.as_ref().is_some_and(fault)
    }

    /// Why its text can't be read, although a browser could.
    fn unreadable(&self) -> Option<PageFault> {
        let scene = self.scene.as_ref()?;
        match &scene.result {
            Err(fault @ LoadFault::Encoded(_)) => {
                Some(PageFault::NotLoaded(scene.url.clone(), fault.to_string()))
            }
            Ok(_) | Err(_) => None,
        }
    }

    /// Whether it belongs into the report.
    fn matters(&self) -> bool {
        let text = self.text().unwrap_or_default();
        self.has_failed() || !statements::of(&text.text).is_empty()
    }
}

fn is_about_ruffle(url: &WebUrl) -> bool {
    url.path.to_ascii_lowercase().contains("ruffle")
}

/// Loads the scripts at the same time, as browsers do.
async fn load_scripts(
    fetcher: &Fetcher,
    page: &WebUrl,
    html: &PageScripts,
    upgrades: Upgrades,
) -> Vec<LoadedScript> {
    let base = html.base.as_deref().and_then(|base| page.join(base).ok());
    let base = base.as_ref().unwrap_or(page);
    // A script that does not answer must leave time for the WebSockets.
    let fetcher = fetcher.share(SCRIPT_SHARES);
    let mut loading = JoinSet::new();
    let mut scripts = Vec::new();
    for element in &html.scripts {
        if let ScriptContent::Src(src) = &element.content
            && loading.len() < MOST_LOADED
            && let Ok(asked) = base.join(src)
        {
            let (fetcher, page, index) = (fetcher.clone(), page.clone(), scripts.len());
            let first = if upgrades == Upgrades::Everything && !asked.secure {
                asked.upgraded()
            } else {
                asked.clone()
            };
            loading.spawn(async move {
                let scene = fetcher.load(LoadKind::Script, asked, Some(&page), first);
                (index, scene.await)
            });
        }
        scripts.push(LoadedScript {
            element: element.clone(),
            scene: None,
        });
    }
    while let Some(loaded) = loading.join_next().await {
        if let Ok((index, scene)) = loaded
            && let Some(script) = scripts.get_mut(index)
        {
            script.scene = Some(scene);
        }
    }
    scripts
}
