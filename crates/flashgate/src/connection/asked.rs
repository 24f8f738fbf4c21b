//! What is logged at the end of an HTTP request that flashgate answered.

use std::net::SocketAddr;

use flashgate_wire::http::HttpRequest;
use tracing::debug;
use tracing::field::display;

use super::{ConnectionOutcome, Shared, hints, some};
use crate::log::escaped;

/// A request's path and origin, escaped for the log, and the response's status.
pub(super) struct Asked {
    path: String,
    origin: String,
    status: Option<&'static str>,
}

impl Asked {
    /// Creates it for a request without a response yet.
    pub(super) fn new(request: &HttpRequest) -> Self {
        Self {
            path: escaped(request.path.as_bytes()).to_string(),
            origin: hints::origin_of(request),
            status: None,
        }
    }

    /// Records the response's status.
    pub(super) fn answered(&mut self, status: &'static str) {
        self.status = Some(status);
    }

    /// Logs the end of the connection.
    pub(super) fn log(
        &self,
        shared: &Shared,
        outcome: ConnectionOutcome,
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
