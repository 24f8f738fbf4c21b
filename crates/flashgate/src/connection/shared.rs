//! The state that all connections share: limits, counters and backends.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use flashgate_relay::Stop;
use tracing::field::display;
use tracing::{Level, debug, enabled, info};

use super::backends::Backends;
use super::handshake::Handshakes;
use super::hints::HintSamplers;
use super::names::Names;
use super::ours::Ours;
use super::outcome::ConnectionOutcome;
use crate::limits::{OverLimit, Permits, Spare};
use crate::log;

/// The state that all connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) permits: Arc<Permits>,
    pub(crate) spare: Spare,
    pub(super) hints: HintSamplers,
    totals: [AtomicU64; ConnectionOutcome::COUNT],
    shed: AtomicU64,
    /// Bytes forwarded from clients, and from backends.
    relayed: [AtomicU64; 2],
    pub(super) handshakes: Handshakes,
    pub(crate) backends: Backends,
    pub(crate) names: Names,
    /// The addresses that the daemon listens on.
    pub(crate) ours: Ours,
    /// How many WebSockets are open.
    bridging: AtomicUsize,
    /// Cuts all relays.
    pub(crate) stop: Stop,
}

impl Shared {
    pub(crate) fn new(permits: Arc<Permits>) -> Self {
        Self {
            permits,
            spare: Spare::new(),
            hints: HintSamplers::new(),
            totals: Default::default(),
            shed: AtomicU64::new(0),
            relayed: Default::default(),
            handshakes: Handshakes::default(),
            backends: Backends::default(),
            names: Names::default(),
            ours: Ours::default(),
            bridging: AtomicUsize::new(0),
            stop: Stop::default(),
        }
    }

    pub(crate) fn count_shed(&self) {
        self.shed.fetch_add(1, Ordering::Relaxed);
    }

    /// How many connections were closed because there were no file descriptors left.
    pub(crate) fn shed(&self) -> u64 {
        self.shed.load(Ordering::Relaxed)
    }

    /// How many connections have ended, by outcome.
    pub(crate) fn totals(&self) -> impl Iterator<Item = (ConnectionOutcome, u64)> {
        let totals = self
            .totals
            .iter()
            .map(|total| total.load(Ordering::Relaxed));
        ConnectionOutcome::ALL.into_iter().zip(totals)
    }

    pub(super) fn count(&self, outcome: ConnectionOutcome) {
        if let Some(total) = self.totals.get(outcome.index()) {
            total.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn count_relayed(&self, from_client: u64, from_backend: u64) {
        let [up, down] = &self.relayed;
        up.fetch_add(from_client, Ordering::Relaxed);
        down.fetch_add(from_backend, Ordering::Relaxed);
    }

    /// How many bytes were forwarded from clients and from backends, counted at the end of each relay.
    pub(crate) fn relayed(&self) -> [u64; 2] {
        let [up, down] = &self.relayed;
        [up, down].map(|bytes| bytes.load(Ordering::Relaxed))
    }

    /// How many WebSockets are open.
    pub(crate) fn bridging(&self) -> usize {
        self.bridging.load(Ordering::Relaxed)
    }

    /// How many TLS handshakes there were, by result.
    pub(crate) fn handshakes(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.handshakes.totals().into_iter()
    }

    /// Refuses a connection whose address is over a limit. Counts it, and logs it at most once per second.
    pub(crate) fn refuse(&self, peer: Option<SocketAddr>, over: OverLimit) {
        self.count(ConnectionOutcome::OverLimit);
        self.tell_over_limit(peer, over);
    }

    /// Counts a connection that needed no task.
    pub(super) fn count_fast(&self, peer: Option<SocketAddr>, outcome: ConnectionOutcome) {
        self.count(outcome);
        if let Some(suppressed) = self.wants_line(outcome) {
            let (peer, suppressed) = (peer.map(display), some(suppressed));
            debug!(
                peer,
                outcome = outcome.code(),
                suppressed,
                "connection ended"
            );
        }
    }

    /// Whether to log this connection. Returns how many with the same outcome were not logged.
    pub(super) fn wants_line(&self, outcome: ConnectionOutcome) -> Option<u64> {
        // Checked first, so that nothing is locked or counted if debug lines are off.
        let wanted = enabled!(Level::DEBUG);
        let sampler = self.hints.ended.get(outcome.index()).filter(|_| wanted)?;
        sampler.admit()
    }

    /// Logs the totals at the end. `left` is the number of connections that were still open.
    pub(crate) fn log_totals(&self, left: usize) {
        let total = |wanted: ConnectionOutcome| -> u64 {
            let mut totals = self.totals();
            totals
                .find(|(outcome, _)| *outcome == wanted)
                .map_or(0, |(_, total)| total)
        };
        let answered = total(ConnectionOutcome::Answered);
        let relayed = total(ConnectionOutcome::Relayed) + total(ConnectionOutcome::Bridged);
        let all: u64 = self.totals().map(|(_, total)| total).sum();
        let stopped = total(ConnectionOutcome::Stopped);
        let others = all - answered - relayed - stopped;
        let shed = self.shed();
        // Relays that the stop cut, and clients that are still open or have not read the whole answer.
        let cut = stopped + u64::try_from(left).unwrap_or(u64::MAX);
        let panics = log::panics();
        info!(answered, relayed, others, cut, shed, panics, "stopped");
    }
}

/// An open WebSocket.
pub(super) struct Bridging(Arc<Shared>);

impl Bridging {
    pub(super) fn begin(shared: &Arc<Shared>) -> Self {
        shared.bridging.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(shared))
    }
}

impl Drop for Bridging {
    fn drop(&mut self) {
        self.0.bridging.fetch_sub(1, Ordering::Relaxed);
    }
}

/// `None` for zero, so that a log line leaves the field out.
pub(super) fn some(count: u64) -> Option<u64> {
    (count > 0).then_some(count)
}
