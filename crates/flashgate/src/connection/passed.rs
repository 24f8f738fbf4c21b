//! The end of a forwarded connection, whether a relay or a WebSocket.

use std::net::SocketAddr;
use std::sync::Arc;

use flash_policy::accept::Opening;
use flashgate_config::snapshot::Service;
use flashgate_relay::RelayReport;
use tokio::time::Instant;
use tracing::debug;
use tracing::field::display;

use super::client::ClientStream;
use super::waiting::{Waiting, Witness};
use super::{ConnectionOutcome, some};
use crate::limits::Permit;

/// A forwarded connection.
pub(super) struct Passed {
    pub(super) permit: Permit,
    pub(super) service: Arc<Service>,
    pub(super) shared: Witness,
    pub(super) peer: Option<SocketAddr>,
    begun: Instant,
}

impl Passed {
    /// Splits a connection into this, its stream, its opening, and what was read after the opening.
    pub(super) fn of(waiting: Waiting) -> (Self, ClientStream, Opening, Vec<u8>) {
        let passed = Self {
            peer: waiting.client(),
            permit: waiting.permit,
            service: waiting.service,
            shared: waiting.shared,
            begun: Instant::now(),
        };
        let opening = waiting.accepting.into_opening();
        (passed, waiting.stream, opening, waiting.early)
    }

    /// Adds the forwarded bytes to the totals, and logs what an operator needs when a player complains.
    pub(super) fn tell(&self, gate: &str, outcome: ConnectionOutcome, report: &RelayReport) {
        let (from_client, from_backend) = (report.from_client, report.from_backend);
        self.shared.count_relayed(from_client, from_backend);
        if self.is_ended_by_backend(outcome, report) {
            let bytes = [from_client, from_backend];
            self.shared
                .tell_end_by_backend(outcome, (self.peer, gate), bytes);
        }
        if let Some(suppressed) = self.shared.wants_line(outcome) {
            let (peer, suppressed) = (self.peer.map(display), some(suppressed));
            let (outcome, fault) = (outcome.code(), report.end.fault().map(display));
            debug!(
                peer,
                outcome, gate, from_client, from_backend, fault, suppressed, "connection ended"
            );
        }
    }

    /// Whether a game server aborted the connection, or closed it after the start: it may have crashed. A server that
    /// answers once and closes is not logged.
    fn is_ended_by_backend(&self, outcome: ConnectionOutcome, report: &RelayReport) -> bool {
        let cut = matches!(
            outcome,
            ConnectionOutcome::BackendReset | ConnectionOutcome::BackendLost
        );
        let ended = matches!(
            outcome,
            ConnectionOutcome::Relayed
                | ConnectionOutcome::Bridged
                | ConnectionOutcome::ClientReset
                | ConnectionOutcome::ClientTruncated
        );
        let is_past_beginning = self.begun.elapsed() >= self.service.deadlines.request;
        cut || ended && report.backend_ended_first && is_past_beginning
    }
}
