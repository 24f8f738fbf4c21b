//! What is logged of a request: what is wrong with it at once, and what became of it at the end.

use std::net::SocketAddr;

use flashgate_wire::http::Request;
use flashgate_wire::websocket::{DROPPED, is_asked_for, lacks_upgrade};
use tracing::field::display;
use tracing::{Level, debug, enabled};

use super::Exchange;
use crate::connection::waiting::Ending;
use crate::connection::{Outcome, hints, some};
use crate::log::escaped;

/// A request's path and origin, fit for a log, and the status of the response.
pub(super) struct Asked {
    path: String,
    origin: String,
    status: Option<&'static str>,
}

impl Asked {
    /// The same, once there is a response.
    pub(super) fn answered(self, status: &'static str) -> Self {
        Self {
            status: Some(status),
            ..self
        }
    }
}

impl Exchange {
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
            shared.tell_websocket_refused(self.peer, gate, request, (field, Some(DROPPED)));
        }
        if enabled!(Level::DEBUG) {
            self.asked = Some(Asked {
                path: escaped(request.path.as_bytes()).to_string(),
                origin: hints::origin_of(request),
                status: None,
            });
        }
    }
}

/// Counts a connection that spoke HTTP, and logs it with what it asked for.
pub(super) fn end(
    ending: &Ending,
    outcome: Outcome,
    peer: Option<SocketAddr>,
    asked: Option<Asked>,
) {
    let Some(Asked {
        path,
        origin,
        status,
    }) = asked
    else {
        return ending.end(outcome, peer);
    };
    let shared = &ending.shared;
    shared.count(outcome);
    if let Some(suppressed) = shared.wants_line(outcome) {
        let (peer, suppressed, outcome) = (peer.map(display), some(suppressed), outcome.code());
        debug!(
            peer,
            outcome, status, %path, %origin, suppressed, "connection ended"
        );
    }
}
