//! HTTP on a gate or on the bridge: one request, which becomes a WebSocket, goes to an HTTP server, or is answered
//! here.
//!
//! There is at most one response, and then the connection closes. A request never reaches a game server.

mod dialling;
mod exchange;
mod forwarded;
mod master_files;
mod paths;
mod reading;
mod responding;
mod upgrade;

use std::sync::Arc;

use flashgate_config::snapshot::{Backend, Gate};
use flashgate_wire::http::{
    HeadVerdict, HttpRequest, Method, Response, StatusCode, may_ask_for_upgrade,
    may_ask_for_websocket,
};
use flashgate_wire::websocket::is_asked_for;

use super::ConnectionOutcome;
use super::waiting::{Next, Waiting};
use exchange::Exchange;
use reading::{Read, Received, receive_head};
pub(super) use upgrade::bridge;

const UNCLEAR: &str = "expected a complete WebSocket handshake or a plain HTTP request, found an incomplete handshake\n";

const LATE: &str = "the request head did not arrive in time\n";

/// Reads the request, and handles it.
pub(super) async fn serve(waiting: &mut Waiting) -> Next {
    let gate = waiting.service.gate();
    let server = gate.and_then(|gate| Some((Arc::clone(gate), gate.http_backend.clone()?)));
    let received = receive_head(waiting, server.is_some()).await;
    Box::pin(go_on(waiting, received, server)).await
}

/// Handles a request. `server` is set if the gate has an HTTP server.
async fn go_on(
    waiting: &mut Waiting,
    Received { end, read, whole }: Received,
    server: Option<(Arc<Gate>, Backend)>,
) -> Next {
    let Read {
        verdict,
        mut bytes,
        head,
    } = read;
    let method = Method::of(&bytes);
    let opening = waiting.accepting.opening().bytes().len();
    let passes = end != Some(ConnectionOutcome::Deadline) && passes(&verdict, &bytes, head, whole);
    bytes.drain(..opening.min(bytes.len()));
    waiting.early = bytes;
    let mut exchange = Exchange {
        waiting,
        method,
        head,
    };
    let goes_on = server.is_some();
    if let HeadVerdict::Request(request) = &verdict {
        exchange.note(request, goes_on);
        if master_files::is_asked_for(request, &exchange.waiting.service) {
            return exchange.answer(request).await;
        }
    }
    match server.filter(|_| passes) {
        Some((gate, backend)) => pass(exchange.waiting, gate, backend),
        None => exchange.settle(verdict, end, goes_on).await,
    }
}

/// Whether a request goes to the gate's HTTP server. It must not be readable as a WebSocket request.
fn passes(verdict: &HeadVerdict, bytes: &[u8], head: usize, whole: bool) -> bool {
    let head = bytes.get(..head).unwrap_or_default();
    match verdict {
        HeadVerdict::Request(_) => !may_ask_for_websocket(head),
        // The client has closed before the head was complete, so no more will come.
        HeadVerdict::NeedMore => !may_ask_for_upgrade(bytes),
        HeadVerdict::Refused(refusal) if refusal.is_readable() => !may_ask_for_websocket(head),
        HeadVerdict::Refused(_) => {
            // The head was not read completely, so it is unknown what follows.
            (whole || head.ends_with(b"\r\n\r\n")) && !may_ask_for_upgrade(head)
        }
    }
}

/// Forwards the request to the gate's HTTP server.
fn pass(waiting: &mut Waiting, gate: Arc<Gate>, backend: Backend) -> Next {
    waiting.hold(waiting.early.capacity());
    waiting.asked = None;
    Next::DialHttp(gate, Box::new(backend))
}

impl Exchange<'_> {
    /// Handles the request, or refuses it with the reason.
    async fn settle(
        self,
        verdict: HeadVerdict,
        end: Option<ConnectionOutcome>,
        goes_on: bool,
    ) -> Next {
        match (verdict, end) {
            (HeadVerdict::Request(request), _)
                if is_asked_for(&request) && self.waiting.service.passes_on() =>
            {
                self.upgrade(&request).await
            }
            (HeadVerdict::Request(_), _) if goes_on => self.refuse(UNCLEAR).await,
            (HeadVerdict::Request(request), _) => self.answer(&request).await,
            (HeadVerdict::Refused(refusal), _) => {
                let response = Response::from(refusal).for_everybody();
                self.respond(response, ConnectionOutcome::HttpAnswered)
                    .await
            }
            // A browser gets an answer. Without an HTTP server, the connection is closed without one.
            (HeadVerdict::NeedMore, Some(ConnectionOutcome::Deadline)) if goes_on => {
                let response = Response::plain(StatusCode::RequestTimeout, LATE).for_everybody();
                self.respond(response, ConnectionOutcome::Deadline).await
            }
            (HeadVerdict::NeedMore, end) => {
                Next::Refuse(end.unwrap_or(ConnectionOutcome::EndedEarly))
            }
        }
    }

    /// Refuses a request that a server could take for a WebSocket request.
    async fn refuse(self, text: &'static str) -> Next {
        let response = Response::plain(StatusCode::BadRequest, text).for_everybody();
        self.respond(response, ConnectionOutcome::HttpAnswered)
            .await
    }

    /// Answers a request that is not for a WebSocket.
    async fn answer(mut self, request: &HttpRequest) -> Next {
        if let Err(refused) = self.admit(request) {
            return self.respond(refused, ConnectionOutcome::OverLimit).await;
        }
        let waiting = &*self.waiting;
        let (response, outcome) = match master_files::answer(request, waiting) {
            Some(response) if request.method != Method::Options => {
                (response, ConnectionOutcome::HttpPolicy)
            }
            Some(response) => (response, ConnectionOutcome::HttpAnswered),
            None => (
                paths::answer(request, &waiting.service, &waiting.doors),
                ConnectionOutcome::HttpAnswered,
            ),
        };
        self.respond(response, outcome).await
    }
}
