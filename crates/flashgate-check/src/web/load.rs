//! Loads a page, a script or a movie: follows redirects, and applies the browser's rules to each URL on the way.

use std::time::Duration;

use flashgate_wire::websocket::is_bad_port;

use super::address::{WebUrl, has_user};
use super::cors::{self, Credentials};
use super::exchange::{ExchangeScene, WebAnswer, WebRequest};
use super::fault::{LoadFault, MOST_REDIRECTS, RedirectFault};
use super::fetcher::Fetcher;
use super::mixed::is_mixed_content;
use crate::http::WebHead;

/// Far more than any page or script of a game needs.
pub(crate) const LARGEST_TEXT: usize = 1 << 20;

/// What a movie's first bytes show.
const FIRST_BYTES: usize = 4 << 10;

/// What is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoadKind {
    /// The page itself.
    Page,
    /// A script of the page.
    Script,
    /// A movie, with `fetch` of the page.
    Movie(Credentials),
}

/// The observations of one load.
#[derive(Debug)]
pub(crate) struct LoadScene {
    pub(crate) kind: LoadKind,
    /// The first URL, as the page has it.
    pub(crate) asked: WebUrl,
    /// The last URL, which the result is about.
    pub(crate) url: WebUrl,
    pub(crate) started: Duration,
    /// Each request. None if the browser blocks the first one.
    pub(crate) exchanges: Vec<ExchangeScene>,
    pub(crate) result: Result<LoadedDocument, LoadFault>,
}

/// A document, or the beginning of it.
#[derive(Debug)]
pub(crate) struct LoadedDocument {
    pub(crate) head: WebHead,
    pub(crate) body: Vec<u8>,
}

impl LoadScene {
    /// The document, if it was loaded.
    pub(crate) fn document(&self) -> Option<&LoadedDocument> {
        self.result.as_ref().ok()
    }

    /// The `Origin` of the last request.
    pub(crate) fn origin(&self) -> Option<&str> {
        self.exchanges.last()?.origin.as_deref()
    }
}

/// A load on its way.
struct OpenLoad<'a> {
    fetcher: &'a Fetcher,
    kind: LoadKind,
    page: Option<&'a WebUrl>,
    url: WebUrl,
    /// The answer must allow the page's origin, also after a redirect back to the page's own.
    is_cors: bool,
    /// A redirect between two other origins hides the page's: `Origin: null` is sent.
    is_opaque: bool,
    exchanges: Vec<ExchangeScene>,
}

impl Fetcher {
    /// Loads `asked` for a page. The page itself is loaded for none.
    pub(crate) async fn load(
        &self,
        kind: LoadKind,
        asked: WebUrl,
        page: Option<&WebUrl>,
        first: WebUrl,
    ) -> LoadScene {
        let started = self.clock.elapsed();
        let mut load = OpenLoad {
            fetcher: self,
            kind,
            page,
            url: first,
            is_cors: false,
            is_opaque: false,
            exchanges: Vec::new(),
        };
        let result = load.run().await;
        LoadScene {
            kind,
            asked,
            url: load.url,
            started,
            exchanges: load.exchanges,
            result,
        }
    }
}

impl OpenLoad<'_> {
    async fn run(&mut self) -> Result<LoadedDocument, LoadFault> {
        loop {
            self.blocked()?;
            let (scene, answer) = self.fetcher.exchange(&self.request()).await;
            let origin = scene.origin.clone();
            self.exchanges.push(scene);
            let WebAnswer { head, body } = answer?;
            // For an error, the status is the cause, although browsers report CORS first.
            if !head.is_redirect() && !head.is_success() {
                return Err(LoadFault::Status(head.code, head.reason));
            }
            if let (LoadKind::Movie(credentials), Some(origin)) = (self.kind, origin) {
                cors::check(&head, &origin, credentials).map_err(LoadFault::Cors)?;
            }
            if !head.is_redirect() {
                self.readable(&head)?;
                return Ok(LoadedDocument { head, body });
            }
            self.follow(&head).map_err(LoadFault::Redirect)?;
        }
    }

    /// A movie's bytes are only looked at. A text must be read.
    fn readable(&self, head: &WebHead) -> Result<(), LoadFault> {
        let coding = head.field("content-encoding").unwrap_or_default();
        let is_plain = coding.is_empty() || coding.eq_ignore_ascii_case("identity");
        match self.kind {
            LoadKind::Page | LoadKind::Script if !is_plain => Err(LoadFault::Encoded(coding)),
            LoadKind::Page | LoadKind::Script | LoadKind::Movie(_) => Ok(()),
        }
    }

    /// What the browser blocks before it sends the request.
    fn blocked(&self) -> Result<(), LoadFault> {
        let url = &self.url;
        if is_bad_port(url.port) {
            return Err(LoadFault::BlockedPort(url.port));
        }
        let page = self.page.map(WebUrl::origin);
        match page {
            Some(page) if is_mixed_content(&page, url.secure, &url.host) => {
                Err(LoadFault::MixedContent)
            }
            Some(_) | None => Ok(()),
        }
    }

    fn request(&mut self) -> WebRequest {
        let page = self.page.map(WebUrl::origin);
        let is_elsewhere = page.as_ref().is_some_and(|page| *page != self.url.origin());
        self.is_cors |= matches!(self.kind, LoadKind::Movie(_)) && is_elsewhere;
        let origin = page.filter(|_| self.is_cors).map(|page| {
            if self.is_opaque {
                "null".to_owned()
            } else {
                page.to_string()
            }
        });
        WebRequest {
            url: self.url.clone(),
            accept: match self.kind {
                LoadKind::Page => "text/html,application/xhtml+xml,*/*;q=0.8",
                LoadKind::Script | LoadKind::Movie(_) => "*/*",
            },
            origin,
            referer: self.referer(is_elsewhere),
            most: match self.kind {
                LoadKind::Page | LoadKind::Script => LARGEST_TEXT,
                LoadKind::Movie(_) => FIRST_BYTES,
            },
        }
    }

    /// As browsers send it by default (Referrer Policy, `strict-origin-when-cross-origin`).
    fn referer(&self, is_elsewhere: bool) -> Option<String> {
        let page = self.page?;
        match (page.secure, self.url.secure) {
            (true, false) => None,
            _ if is_elsewhere => Some(format!("{}/", page.origin())),
            _ => Some(page.to_string()),
        }
    }

    /// Fetch standard, "HTTP-redirect fetch".
    fn follow(&mut self, head: &WebHead) -> Result<(), RedirectFault> {
        let location = head.field("location").ok_or(RedirectFault::NoLocation)?;
        let next = self.url.join(&location);
        let next = next.map_err(|fault| RedirectFault::Location(location.clone(), fault))?;
        let page = self.page.map(WebUrl::origin);
        if let (LoadKind::Movie(_), Some(page)) = (self.kind, page) {
            if has_user(&location) && next.origin() != page {
                return Err(RedirectFault::User);
            }
            let here = self.url.origin();
            self.is_opaque |= next.origin() != here && here != page;
        }
        if self.exchanges.len() > MOST_REDIRECTS {
            return Err(RedirectFault::TooMany);
        }
        self.url = next;
        Ok(())
    }
}
