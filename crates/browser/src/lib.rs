//! Ruffle in Debian's Chromium, running movies that open sockets: what a visitor of such a page gets through flashgate.
//!
//! A movie's own events prove little, because Ruffle reports "connect" before anything is connected. What counts is
//! what the game server receives, and data that comes back.

mod avm1;
mod chromium;
mod movie;
mod page;
mod ruffle;
mod site;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use testkit::namespace::{self, Namespace};
use testkit::needs;

use chromium::Chromium;
pub use movie::TestMovie;
pub use page::{Page, RUFFLE};
pub use site::PageEvent;
use site::Site;

/// A visitor with a page open; the browser ends when this is dropped.
#[derive(Debug)]
pub struct Visit {
    // In this order, the browser ends before the site that it uses.
    _chromium: Chromium,
    site: Site,
    seen: Vec<PageEvent>,
}

/// Far longer than the browser and Ruffle take to start while a compiler runs.
const LIMIT: Duration = Duration::from_secs(90);

/// Describes what this machine lacks for a visit, or returns `None`.
#[must_use]
pub fn missing() -> Option<String> {
    ["chromium", "haxe"]
        .into_iter()
        .find_map(needs::program)
        .or_else(ruffle::missing)
        .or_else(namespace::missing)
}

impl Visit {
    /// Opens a page in a new browser inside a namespace, where the page's site has port 80.
    pub fn to(namespace: &Namespace, page: &Page<'_>) -> Result<Self> {
        namespace.run(|| {
            let site = Site::start(page)?;
            let chromium = Chromium::start(&format!("{}/", page.origin))?;
            Ok(Self {
                _chromium: chromium,
                site,
                seen: Vec::new(),
            })
        })?
    }

    /// Calls a function of the movie, with an argument or with `()`.
    pub fn call(&self, name: &str, argument: impl Into<Value>) {
        let argument = argument.into();
        self.site.order(if argument.is_null() {
            json!([name])
        } else {
            json!([name, argument])
        });
    }

    /// Waits for the next event of a kind, skips others, and returns its text.
    pub fn wait_for(&mut self, kind: &str) -> Result<String> {
        let deadline = Instant::now() + LIMIT;
        loop {
            let event = self.next(deadline);
            let event = event.with_context(|| format!("waiting for `{kind}`"))?;
            if event.kind == kind {
                return Ok(event.text);
            }
        }
    }

    /// The kinds of the next events, up to and including the first of this kind.
    pub fn kinds_until(&mut self, kind: &str) -> Result<Vec<String>> {
        let before = self.seen.len();
        self.wait_for(kind)?;
        let new = self.seen.iter().skip(before);
        Ok(new.map(|event| event.kind.clone()).collect())
    }

    fn next(&mut self, deadline: Instant) -> Result<PageEvent> {
        let left = deadline.saturating_duration_since(Instant::now());
        let Some(event) = self.site.next_event(left) else {
            bail!("no such event in time, only {:?}", self.seen);
        };
        self.seen.push(event.clone());
        if event.kind.ends_with("-failed") {
            bail!("{}: {}", event.kind, event.text);
        }
        Ok(event)
    }
}
