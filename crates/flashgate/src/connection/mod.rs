//! One connection from accept to close.
//!
//! [`start`] answers on the spot where the request is already there; otherwise a task takes over. Nothing here knows
//! about listeners, signals or flags.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use socket2::SockRef;
use tokio::net::TcpStream;
use tokio_flash_policy::{Linger, Timing};
use tracing::field::display;
use tracing::{Level, debug, enabled, error, info, warn};

use crate::daemon::{OverLimit, Permits, Spare, Subscriber};
use crate::log::{self, Sampler};
use crate::snapshot::{Limits, Service};

mod fast;
mod outcome;
mod policy;
#[cfg_attr(not(test), expect(dead_code, reason = "the gate is wired next"))]
mod proxy_header;
#[cfg_attr(not(test), expect(dead_code, reason = "the gate is wired next"))]
mod relay;
mod waiting;

pub(crate) use outcome::Outcome;
pub(crate) use proxy_header::Version as ProxyVersion;
use waiting::Waiting;

/// What every connection needs.
#[derive(Debug)]
pub(crate) struct Shared {
    deadlines: Mutex<Deadlines>,
    pub(crate) permits: Arc<Permits>,
    pub(crate) spare: Spare,
    hints: Hints,
    totals: [AtomicU64; Outcome::COUNT],
    shed: AtomicU64,
}

/// What a reload can change for connections to come; each keeps what it began with.
#[derive(Clone, Copy, Debug)]
struct Deadlines {
    timing: Timing,
    linger: Linger,
}

impl From<&Limits> for Deadlines {
    fn from(limits: &Limits) -> Self {
        Self {
            timing: Timing::default().request(limits.request),
            linger: limits.linger,
        }
    }
}

/// What a stranger could provoke at any rate is not logged at any rate.
#[derive(Debug)]
struct Hints {
    http: Sampler,
    tls: Sampler,
    system: Sampler,
    over_limit: Sampler,
    panic: Sampler,
    ended: [Sampler; Outcome::COUNT],
}

impl Hints {
    fn new() -> Self {
        Self {
            http: Sampler::of_warnings("http"),
            tls: Sampler::of_warnings("tls"),
            system: Sampler::of_warnings("system-failed"),
            over_limit: Sampler::of_warnings("over-limit"),
            panic: Sampler::of_warnings("connection-failed"),
            ended: Outcome::ALL.map(|outcome| Sampler::of_connections(outcome.code())),
        }
    }
}

impl Shared {
    pub(crate) fn new(limits: &Limits, permits: Arc<Permits>) -> Self {
        Self {
            deadlines: Mutex::new(Deadlines::from(limits)),
            permits,
            spare: Spare::new(),
            hints: Hints::new(),
            totals: Default::default(),
            shed: AtomicU64::new(0),
        }
    }

    /// Other deadlines, for connections to come.
    pub(crate) fn set_limits(&self, limits: &Limits) {
        *self
            .deadlines
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Deadlines::from(limits);
    }

    fn deadlines(&self) -> Deadlines {
        *self
            .deadlines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn count_shed(&self) {
        self.shed.fetch_add(1, Ordering::Relaxed);
    }

    /// How many were closed because descriptors had run out.
    pub(crate) fn shed(&self) -> u64 {
        self.shed.load(Ordering::Relaxed)
    }

    /// How many connections have ended, and how.
    pub(crate) fn totals(&self) -> impl Iterator<Item = (Outcome, u64)> {
        let totals = self
            .totals
            .iter()
            .map(|total| total.load(Ordering::Relaxed));
        Outcome::ALL.into_iter().zip(totals)
    }

    fn count(&self, outcome: Outcome) {
        if let Some(total) = self.totals.get(outcome.index()) {
            total.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A connection has panicked; no other is concerned.
    pub(crate) fn tell_panic(&self) {
        if let Some(suppressed) = self.hints.panic.admit() {
            error!(suppressed, "a connection has failed by a fault of ours");
        }
    }

    /// Lets a connection go whose address is over a limit: counted, and said once a second.
    pub(crate) fn refuse(&self, peer: Option<SocketAddr>, over: OverLimit) {
        self.count(Outcome::OverLimit);
        if let Some(suppressed) = self.hints.over_limit.admit() {
            let peer = peer.map(display);
            warn!(
                peer,
                limit = over.key(),
                suppressed,
                "closed a connection of an address that has too many"
            );
        }
    }

    /// Counts a connection that needed no task. Its peer's address is asked for only if somebody wants to see it.
    fn count_fast(&self, socket: &OwnedFd, outcome: Outcome) {
        self.count(outcome);
        if let Some(suppressed) = self.wants_line(outcome) {
            let peer = SockRef::from(socket)
                .peer_addr()
                .ok()
                .and_then(|peer| peer.as_socket());
            let (peer, suppressed) = (peer.map(display), some(suppressed));
            debug!(
                peer,
                outcome = outcome.code(),
                suppressed,
                "connection ended"
            );
        }
    }

    /// Whether this connection gets a line of its own, and how many that ended like it got none.
    fn wants_line(&self, outcome: Outcome) -> Option<u64> {
        // Asked first, so that nothing is locked or counted where nobody reads it.
        let wanted = enabled!(Level::DEBUG);
        let sampler = self.hints.ended.get(outcome.index()).filter(|_| wanted)?;
        sampler.admit()
    }

    /// One line at the end: what became of all the connections.
    pub(crate) fn log_totals(&self) {
        let is_answered = |outcome: Outcome| outcome == Outcome::Answered;
        let sum = |wanted: bool| -> u64 {
            let of_kind = self
                .totals()
                .filter(|(outcome, _)| is_answered(*outcome) == wanted);
            of_kind.map(|(_, total)| total).sum()
        };
        let (answered, others) = (sum(true), sum(false));
        let shed = self.shed();
        let cut = self.permits.open() + self.permits.lingering();
        let panics = log::panics();
        info!(answered, others, cut, shed, panics, "stopped");
    }
}

/// A count that is worth a field.
fn some(count: u64) -> Option<u64> {
    (count > 0).then_some(count)
}

/// Serves an accepted socket: now if its request is there, else in a task of its own.
pub(crate) fn start(
    socket: OwnedFd,
    subscriber: Option<Subscriber>,
    service: &Arc<Service>,
    shared: &Arc<Shared>,
) {
    match fast::answer(&socket, &service.reply) {
        fast::Answer::Done => shared.count_fast(&socket, Outcome::Answered),
        fast::Answer::Gone(outcome) => shared.count_fast(&socket, outcome),
        fast::Answer::Unfinished(progress) => {
            let permit = shared.permits.take(subscriber);
            let shared = Arc::clone(shared);
            match TcpStream::from_std(socket.into()) {
                Ok(stream) => {
                    tokio::spawn(
                        Waiting {
                            stream,
                            progress,
                            permit,
                            service: Arc::clone(service),
                            shared,
                        }
                        .serve(),
                    );
                }
                Err(error) => {
                    shared.count(Outcome::SystemFailed);
                    if let Some(suppressed) = shared.hints.system.admit() {
                        let error = log::reason(&error);
                        warn!(error, suppressed, "can't watch a connection; it is closed");
                    }
                }
            }
        }
    }
}
