//! Looking names of backends up: one lookup of a name at a time, shared by everybody who waits for it.
//!
//! A resolver that hangs holds up its own name and nothing else: each lookup has a thread of its own, so there are as many
//! as there are names. Nothing that a client sends is ever looked up.

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

/// An answer this young needs no new lookup: many players may connect in one second.
const FRESH: Duration = Duration::from_secs(1);

/// A lookup that takes longer than this is waited for only if there is no earlier answer.
const PATIENCE: Duration = Duration::from_millis(250);

/// How long an earlier answer is used while lookups hang or fail; resolvers of the kind keep such answers for hours or
/// days (RFC 8767, section 5). That a name is gone is an answer too.
const STALE: Duration = Duration::from_secs(60 * 60);

/// Lookups at one time. A config has fewer names; after reloads, those of earlier ones may still hang.
const MOST: usize = 256;

/// What is known of each name.
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

/// An answer, and when it came.
#[derive(Clone, Debug)]
struct Found {
    at: Instant,
    addresses: Arc<[IpAddr]>,
}

/// A lookup that a thread is at.
#[derive(Clone, Debug)]
struct Pending {
    since: Instant,
    done: watch::Receiver<Option<LookupAnswer>>,
}

/// What became of a lookup.
#[derive(Clone, Debug)]
enum LookupAnswer {
    Found(Arc<[IpAddr]>),
    /// There is no such name, or it has no address.
    Gone(NotResolved),
    /// Nobody knows.
    Failed(NotResolved),
}

/// Why a name has no addresses. Everybody who waits for them gets it.
#[derive(Clone, Debug)]
pub(super) enum NotResolved {
    /// The system says why.
    System(Arc<io::Error>),
    NoAddress,
    /// As many other lookups hang as there may be.
    TooMany,
    /// The lookup's thread has panicked.
    NoAnswer,
}

impl fmt::Display for NotResolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(error) => f.write_str(&log::reason(error)),
            Self::NoAddress => f.write_str("its name has no address"),
            Self::TooMany => write!(f, "{MOST} lookups of other names hang"),
            Self::NoAnswer => f.write_str("internal error: a lookup ended without an answer"),
        }
    }
}

/// What there is before anybody waits.
enum Start {
    Fresh(Arc<[IpAddr]>),
    Wait(Option<Arc<[IpAddr]>>, Pending),
}

impl Names {
    /// The addresses of a name: those just found, or those of before where asking takes long or fails. Cancel-safe:
    /// the lookup goes on for others.
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

    /// Forgets names that no gate has any more.
    pub(crate) fn keep<'a>(&self, gates: impl Iterator<Item = &'a Gate>) {
        let backends =
            gates.flat_map(|gate| std::iter::once(&gate.backend).chain(&gate.http_backend));
        let hosts: Vec<_> = backends.map(|backend| backend.host.as_str()).collect();
        self.known()
            .names
            .retain(|name, _| hosts.contains(&name.as_str()));
    }

    /// Starts a lookup, unless one runs already or an answer is fresh.
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

    /// Starts the thread that looks a name up.
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

/// What the C library needs to look a name up, several times over.
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
        // Where no gate has the name any more, or again by now, there is nothing to keep.
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
    // Without a kind of socket, each address would come once for every kind.
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
