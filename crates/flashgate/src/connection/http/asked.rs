//! What is logged of a request: what is wrong with it at once, and what became of it at the end.

use std::net::SocketAddr;

use flashgate_wire::http::Request;
use flashgate_wire::websocket::{DROPPED, is_asked_for, lacks_upgrade};
use tracing::field::display;
use tracing::{Level, debug, enabled};

use super::Exchange;
use crate::connection::{Outcome, Shared, hints, some};
use crate::log::escaped;

/// A request's path and origin, fit for a log, and the status of the response.
pub(in crate::connection) struct Asked {
    path: String,
    origin: String,
    status: Option<&'static str>,
}

impl Asked {
    /// Says that there is a response.
    pub(super) fn answered(&mut self, status: &'static str) {
        self.status = Some(status);
    }

    /// Logs that the connection has ended which asked for it.
    pub(in crate::connection) fn log(
        &self,
        shared: &Shared,
        outcome: Outcome,
        peer: Option<SocketAddr>,
    ) {
        let Self {
            path,
            origin,
            status,
        } = self;
        if let Some(suppressed) = shared.wants_line(outcome) {
            let (peer, suppressed, outcome) = (peer.map(display), some(suppressed), outcome.code());
            debug!(
                peer,
                outcome, status, %path, %origin, suppressed, "connection ended"
            );
        }
    }
}

impl Exchange<'_> {
    /// Logs a WebSocket request that lacks what asks for it, and keeps what the log shows of a request at its end.
    pub(super) fn note(&mut self, request: &Request, goes_on: bool) {
        // What is answered here and asks to be upgraded is refused with its reason.
        if lacks_upgrade(request) && (goes_on || !is_asked_for(request)) {
            let gate = self.waiting.service.gate();
            let gate = gate.map(|gate| gate.name.as_str());
            let field = if is_asked_for(request) {
                "expected `upgrade` in the Connection field"
            } else {
                "expected `websocket` in the Upgrade field"
            };
            let shared = &self.waiting.shared;
            shared.tell_websocket_refused(
                self.waiting.client(),
                gate,
                request,
                (field, Some(DROPPED)),
            );
        }
        if enabled!(Level::DEBUG) {
            self.waiting.asked = Some(Box::new(Asked {
                path: escaped(request.path.as_bytes()).to_string(),
                origin: hints::origin_of(request),
                status: None,
            }));
        }
    }
}
