//! Looks up the names of backends. Each name has one lookup at a time, shared by all connections that wait for it.
//!
//! A resolver that hangs delays only its own name. Each lookup has its own thread, so there are as many threads as
//! names. Nothing that a client sends is ever looked up.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use dns_lookup::{AddrInfo, AddrInfoHints, LookupErrorKind, SockType, getaddrinfo};
use flashgate_config::snapshot::Gate;
use tokio::sync::watch;
use tokio::time::timeout_at;

use crate::log;

/// A younger answer needs no new lookup, because many players may connect within one second.
const FRESH: Duration = Duration::from_secs(1);

/// A lookup that takes longer than this is awaited only if there is no earlier answer.
const PATIENCE: Duration = Duration::from_millis(250);

/// How long an earlier answer is used while lookups hang or fail. Resolvers that serve stale answers keep them for
/// hours or days (RFC 8767, section 5). "No such name" is an answer too.
const STALE: Duration = Duration::from_secs(60 * 60);

/// Concurrent lookups. A config has fewer names, but after reloads, lookups of earlier names may still hang.
const MOST: usize = 256;

/// The state of each name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(Arc<Mutex<KnownNames>>);

#[derive(Debug, Default)]
struct KnownNames {
    names: BTreeMap<String, Name>,
    pending: usize,
}

#[derive(Debug, Default)]
struct Name {
    last: Option<Found>,
    pending: Option<Pending>,
}

/// An answer, and when it arrived.
#[derive(Clone, Debug)]
struct Found {
    at: Instant,
    addresses: Arc<[IpAddr]>,
}

/// A running lookup.
#[derive(Clone, Debug)]
struct Pending {
    since: Instant,
    done: watch::Receiver<Option<LookupAnswer>>,
}

/// The result of a lookup.
#[derive(Clone, Debug)]
enum LookupAnswer {
    Found(Arc<[IpAddr]>),
    /// The name does not exist, or has no address.
    Gone(NotResolved),
    /// The lookup failed, so the answer is unknown.
    Failed(NotResolved),
}

/// Why a name has no addresses. Every waiting connection gets a copy.
#[derive(Clone, Debug)]
pub(super) enum NotResolved {
    /// An error of the system.
    System(Arc<io::Error>),
    /// The name exists, but has no address.
    NoAddress,
    /// Too many other lookups are hanging.
    TooMany,
    /// The lookup's thread has panicked.
    NoAnswer,
}

impl fmt::Display for NotResolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(error) => f.write_str(&log::reason(error)),
            Self::NoAddress => f.write_str("its name has no address"),
            Self::TooMany => write!(f, "{MOST} lookups of other names are hanging"),
            Self::NoAnswer => f.write_str("internal error: a lookup ended without an answer"),
        }
    }
}

/// What is available before any wait.
enum Start {
    Fresh(Arc<[IpAddr]>),
    Wait(Option<Arc<[IpAddr]>>, Pending),
}

impl Names {
    /// The addresses of a name: from a new lookup, or the previous ones if that takes long or fails. Cancel-safe: the
    /// lookup continues for other connections.
    pub(super) async fn addresses(&self, host: &str) -> Result<Arc<[IpAddr]>, NotResolved> {
        let (last, mut pending) = match self.start(host)? {
            Start::Fresh(addresses) => return Ok(addresses),
            Start::Wait(last, pending) => (last, pending),
        };
        let patience = pending.since + PATIENCE;
        let done = pending.done.wait_for(Option::is_some);
        let answer = match &last {
            None => Some(done.await),
            Some(_) => timeout_at(patience.into(), done).await.ok(),
        };
        let answer = answer.and_then(Result::ok).and_then(|it| it.clone());
        match (answer, last) {
            (Some(LookupAnswer::Gone(reason)), _) | (Some(LookupAnswer::Failed(reason)), None) => {
                Err(reason)
            }
            (Some(LookupAnswer::Found(addresses)), _) | (_, Some(addresses)) => Ok(addresses),
            (None, None) => Err(NotResolved::NoAnswer),
        }
    }

    /// Forgets names that no gate uses anymore.
    pub(crate) fn keep<'a>(&self, gates: impl Iterator<Item = &'a Gate>) {
        let backends =
            gates.flat_map(|gate| std::iter::once(&gate.backend).chain(&gate.http_backend));
        let hosts: Vec<_> = backends.map(|backend| backend.host.as_str()).collect();
        self.known()
            .names
            .retain(|name, _| hosts.contains(&name.as_str()));
    }

    /// Starts a lookup, unless one is running or an answer is fresh.
    fn start(&self, host: &str) -> Result<Start, NotResolved> {
        let now = Instant::now();
        let mut known = self.known();
        let KnownNames { names, pending } = &mut *known;
        let name = names.entry(host.to_owned()).or_default();
        let last = name.last.as_ref();
        if let Some(found) = last.filter(|found| now.duration_since(found.at) < FRESH) {
            return Ok(Start::Fresh(Arc::clone(&found.addresses)));
        }
        let last = last.filter(|found| now.duration_since(found.at) < STALE);
        let last = last.map(|found| Arc::clone(&found.addresses));
        let running = name.pending.as_ref();
        // A lookup whose thread has panicked no longer runs.
        if let Some(running) = running.filter(|it| it.done.has_changed().is_ok()) {
            return Ok(Start::Wait(last, running.clone()));
        }
        if *pending >= MOST {
            return last.map(Start::Fresh).ok_or(NotResolved::TooMany);
        }
        match self.start_thread(host, now) {
            Ok(running) => {
                *pending += 1;
                name.pending = Some(running.clone());
                Ok(Start::Wait(last, running))
            }
            Err(error) => (last.map(Start::Fresh)).ok_or_else(|| NotResolved::System(error.into())),
        }
    }

    /// Starts the lookup thread.
    fn start_thread(&self, host: &str, now: Instant) -> io::Result<Pending> {
        let (sender, done) = watch::channel(None);
        let lookup = LookupTask {
            names: self.clone(),
            host: host.to_owned(),
            sender,
        };
        let thread = thread::Builder::new().name("lookup".to_owned());
        thread.stack_size(STACK).spawn(move || lookup.run())?;
        Ok(Pending { since: now, done })
    }

    fn known(&self) -> MutexGuard<'_, KnownNames> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Several times what the C library needs for a lookup.
const STACK: usize = 512 * 1024;

/// One lookup, on its thread.
struct LookupTask {
    names: Names,
    host: String,
    sender: watch::Sender<Option<LookupAnswer>>,
}

impl LookupTask {
    fn run(self) {
        let answer = look_up(&self.host);
        let mut known = self.names.known();
        // If no gate uses the name anymore, or the entry is a newer one, nothing is stored.
        if let Some(name) = known.names.get_mut(&self.host)
            && name
                .pending
                .as_ref()
                .is_some_and(|it| it.done.same_channel(&self.sender.subscribe()))
        {
            name.pending = None;
            match &answer {
                LookupAnswer::Found(addresses) => {
                    name.last = Some(Found {
                        at: Instant::now(),
                        addresses: Arc::clone(addresses),
                    });
                }
                LookupAnswer::Gone(_) => name.last = None,
                LookupAnswer::Failed(_) => {}
            }
        }
        known.pending = known.pending.saturating_sub(1);
        drop(known);
        self.sender.send_replace(Some(answer));
    }
}

fn look_up(host: &str) -> LookupAnswer {
    // Without a socket type, each address would be returned once per type.
    let hints = AddrInfoHints {
        socktype: SockType::Stream.into(),
        ..AddrInfoHints::default()
    };
    match getaddrinfo(Some(host), None, Some(hints)) {
        Ok(found) => {
            let address = |found: io::Result<AddrInfo>| Some(found.ok()?.sockaddr.ip());
            let found: Arc<[IpAddr]> = found.filter_map(address).collect();
            if found.is_empty() {
                LookupAnswer::Gone(NotResolved::NoAddress)
            } else {
                LookupAnswer::Found(found)
            }
        }
        Err(error) => {
            let kind = error.kind();
            let reason = NotResolved::System(Arc::new(error.into()));
            if matches!(kind, LookupErrorKind::NoName | LookupErrorKind::NoData) {
                LookupAnswer::Gone(reason)
            } else {
                LookupAnswer::Failed(reason)
            }
        }
    }
}
