//! One connection from accept to close.
//!
//! [`start`] answers on the spot where the request is already there; otherwise a task takes over. Nothing here knows
//! about listeners, signals or flags.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use flash_policy::Reply;
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio_flash_policy::{Linger, Timing};
use tracing::field::display;
use tracing::{Level, debug, enabled, info, warn};

use crate::daemon::{OverLimit, Permits, Spare, Subscriber};
use crate::log::Sampler;
use crate::snapshot::Limits;

mod fast;
mod outcome;
mod policy;
#[cfg_attr(not(test), expect(dead_code, reason = "the gate is wired next"))]
mod proxy_header;
#[cfg_attr(not(test), expect(dead_code, reason = "the gate is wired next"))]
mod relay;
mod waiting;

pub(crate) use outcome::Outcome;
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

/// Hints that a stranger could provoke at any rate are logged once a second.
#[derive(Debug, Default)]
struct Hints {
    http: Sampler,
    tls: Sampler,
    system: Sampler,
    over_limit: Sampler,
}

impl Shared {
    pub(crate) fn new(limits: &Limits, permits: Arc<Permits>) -> Self {
        Self {
            deadlines: Mutex::new(Deadlines::from(limits)),
            permits,
            spare: Spare::new(),
            hints: Hints::default(),
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

    fn count(&self, outcome: Outcome) {
        if let Some(total) = self.totals.get(outcome.index()) {
            total.fetch_add(1, Ordering::Relaxed);
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
        if enabled!(Level::DEBUG) {
            let peer = SockRef::from(socket)
                .peer_addr()
                .ok()
                .and_then(|peer| peer.as_socket());
            debug!(
                peer = peer.map(display),
                outcome = outcome.code(),
                "connection ended"
            );
        }
    }

    /// One line at the end: what became of all the connections.
    pub(crate) fn log_totals(&self) {
        let total = |outcome: Outcome| {
            self.totals
                .get(outcome.index())
                .map_or(0, |count| count.load(Ordering::Relaxed))
        };
        let answered = total(Outcome::Answered);
        let others: u64 = Outcome::ALL.into_iter().map(total).sum::<u64>() - answered;
        let shed = self.shed.load(Ordering::Relaxed);
        let cut = self.permits.open();
        info!(answered, others, cut, shed, "stopped");
    }
}

/// Serves an accepted socket: now if its request is there, else in a task of its own.
pub(crate) fn start(
    socket: OwnedFd,
    subscriber: Option<Subscriber>,
    reply: &Reply,
    shared: &Arc<Shared>,
) {
    match fast::answer(&socket, reply) {
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
                            reply: reply.clone(),
                            shared,
                        }
                        .serve(),
                    );
                }
                Err(error) => {
                    shared.count(Outcome::SystemFailed);
                    if let Some(suppressed) = shared.hints.system.admit() {
                        let error = crate::log::reason(&error);
                        warn!(error, suppressed, "can't watch a connection; it is closed");
                    }
                }
            }
        }
    }
}
