//! Opens the WebSockets of a page, several at a time. Each has a fair share of the check's time.

use std::time::Duration;

use tokio::task::JoinSet;

use super::entry::ProxyEntry;
use super::handshake;
use super::scene::{Reached, Scene};
use crate::answer::HandshakeAnswer;
use crate::clock::CheckClock;
use crate::failure::CheckFailure;
use crate::names;
use crate::setting::Watcher;
use crate::tls::{TlsFault, TlsJudge};
use crate::trace::DialOutcome;
use crate::web::WebOrigin;
use crate::{LookupFault, Nameless};

/// Fewer than a server allows for one address, and enough that a long list takes seconds.
const AT_ONCE: usize = 16;

/// A server that says nothing for less than this may still answer.
const LEAST_PATIENCE: Duration = Duration::from_secs(1);

/// With less time left, there is no use in trying.
const NO_TIME: Duration = Duration::from_millis(10);

/// What each entry has in common.
#[derive(Clone)]
pub(super) struct Visitor {
    pub(super) page: Option<WebOrigin>,
    pub(super) tls: TlsJudge,
    pub(super) clock: CheckClock,
}

/// An entry's bridge, and the time until its result was clear.
pub(super) type Visited = (Scene, Duration);

impl Visitor {
    /// Visits all entries. The result has their order.
    pub(super) async fn all(
        &self,
        entries: &[ProxyEntry],
        watcher: Watcher<'_>,
    ) -> Result<Vec<Visited>, CheckFailure> {
        let mut waiting = entries.iter().enumerate();
        let mut visiting = JoinSet::new();
        let mut done = Vec::new();
        loop {
            while visiting.len() < AT_ONCE
                && let Some((index, entry)) = waiting.next()
            {
                watcher(&format!("opening {}", entry.url));
                let rounds = entries.len().saturating_sub(index).div_ceil(AT_ONCE);
                let visitor = Self {
                    clock: self.clock.share(rounds),
                    ..self.clone()
                };
                let entry = entry.clone();
                visiting.spawn(async move { (index, visitor.visit(&entry).await) });
            }
            let Some(visited) = visiting.join_next().await else {
                break;
            };
            if let Ok((index, visited)) = visited {
                done.push((index, visited?));
            }
        }
        done.sort_by_key(|(index, _)| *index);
        Ok(done.into_iter().map(|(_, visited)| visited).collect())
    }

    /// Visits one entry. A name without an address ends the check only if there is nothing else to check.
    async fn visit(&self, entry: &ProxyEntry) -> Result<Visited, CheckFailure> {
        let clock = self.clock;
        let (started, share) = (clock.elapsed(), clock.left());
        let mut scene = Scene {
            entry: entry.clone(),
            started,
            addresses: Vec::new(),
            attempts: Vec::new(),
            reached: Reached::OutOfTime,
            origin: handshake::origin(self.page.as_ref(), &entry.url),
            overlooked: None,
        };
        if share < NO_TIME {
            return Ok((scene, started));
        }
        match names::look_up(&entry.url.host, clock).await {
            Ok(lookup) => scene.addresses = lookup.addresses,
            Err(fault) if entry.movie.is_some() => {
                scene.reached = Reached::Nobody(fault);
                return Ok((self.patient(scene, share), clock.elapsed()));
            }
            Err(fault) => return Err(CheckFailure::Name(fault)),
        }
        scene.reached = Reached::NoConnection;
        let (scene, took) = handshake::open(scene, &self.tls, clock).await;
        Ok((self.patient(scene, share), took))
    }

    /// A short silence shows nothing, unless the whole check is to be short.
    fn patient(&self, mut scene: Scene, share: Duration) -> Scene {
        if share < LEAST_PATIENCE.min(self.clock.whole() / 4) && is_silent(&scene) {
            scene.reached = Reached::OutOfTime;
        }
        scene
    }
}

fn is_silent(scene: &Scene) -> bool {
    match &scene.reached {
        Reached::Nobody(LookupFault { why, .. }) => matches!(why, Nameless::NoAnswer(_)),
        Reached::NoConnection => scene
            .attempts
            .last()
            .is_none_or(|attempt| attempt.came == DialOutcome::Silence),
        Reached::NoTls(fault) => *fault == TlsFault::Silence,
        Reached::Server(handshake) => handshake.answer == HandshakeAnswer::Silence,
        Reached::OutOfTime => true,
    }
}
