//! A WebSocket request: the policy is checked, then the backend is connected, and only then the request is accepted.
//!
//! The page's origin takes the place of the movie's address, which browsers don't send. It is checked first, so that a
//! refused client costs the backend nothing.

use std::sync::Arc;

use flash_policy::decide::{RefusalReason, decide_alone};
use flash_policy::{Movie, Port};
use flashgate_config::snapshot::Gate;
use flashgate_relay::{Bridge, BridgeLimits, Preface, ROOM};
use flashgate_wire::http::{HttpRequest, Response, StatusCode};
use flashgate_wire::websocket::{
    DROPPED, Handshake, HandshakeRefusal, is_asked_for, lacks_upgrade,
};
use tokio::net::TcpStream;
use tracing::{Level, enabled};

use super::dialling::{self, Dialled};
use super::exchange::Exchange;
use super::paths;
use super::responding::write;
use crate::connection::asked::Asked;
use crate::connection::backends::Whose;
use crate::connection::passed::Passed;
use crate::connection::waiting::{Next, ReachedServer, Waiting};
use crate::connection::{Bridging, ConnectionOutcome, gate, hints, relay_timeouts};

/// The maximum content of a TLS record (RFC 8446, 5.1).
const RECORD: usize = 16 * 1024;

/// Why there is no WebSocket, and how the connection ends.
enum Refused {
    /// The client gets a response.
    Told(Response, ConnectionOutcome),
    /// The client has left.
    Left(ConnectionOutcome),
}

const STOPPED: &str = "flashgate is stopping, and the server has not answered yet\n";

impl Exchange<'_> {
    /// Logs a WebSocket request without the required headers, and keeps what the log shows at its end.
    pub(super) fn note(&mut self, request: &HttpRequest, goes_on: bool) {
        // An upgrade request that is answered here is refused with its reason later.
        let for_websocket = self.waiting.service.passes_on() && lacks_upgrade(request);
        if for_websocket && (goes_on || !is_asked_for(request)) {
            let gate = self.waiting.service.gate();
            let gate = gate.map(|gate| gate.name.as_str());
            let field = if is_asked_for(request) {
                "expected `upgrade` in the Connection header"
            } else {
                "expected `websocket` in the Upgrade header"
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
            self.waiting.asked = Some(Box::new(Asked::new(request)));
        }
    }

    /// Accepts the WebSocket, or refuses it with the reason.
    pub(super) async fn upgrade(mut self, request: &HttpRequest) -> Next {
        self.forget_head();
        let granted = self.grant(request).await;
        let (gate, backend, handshake) = match granted {
            Ok(granted) => granted,
            Err(Refused::Told(response, outcome)) => {
                let peer = self.waiting.client();
                self.waiting.permit.not_relaying(peer);
                return self.respond(response, outcome).await;
            }
            Err(Refused::Left(outcome)) => return Next::Refuse(outcome),
        };
        // The backend sees the address that the client would have without a proxy.
        let header = gate::header(&gate, self.waiting);
        if write(&mut self.waiting.stream, &handshake.granted())
            .await
            .is_err()
        {
            return Next::Refuse(ConnectionOutcome::WriteFailed);
        }
        let stream = backend;
        Next::Bridge(gate, Box::new(ReachedServer { stream, header }))
    }

    /// Keeps only what follows the head, because the client may wait for a long time.
    fn forget_head(&mut self) {
        let waiting = &mut *self.waiting;
        let read = [waiting.accepting.opening().bytes(), &waiting.early].concat();
        waiting.early = read.get(self.head..).unwrap_or_default().to_vec();
    }

    /// Checks everything before the response that opens the WebSocket.
    async fn grant(
        &mut self,
        request: &HttpRequest,
    ) -> Result<(Arc<Gate>, TcpStream, Handshake), Refused> {
        let answered = |response: Response| {
            Refused::Told(response.for_everybody(), ConnectionOutcome::HttpAnswered)
        };
        let over = |response| Refused::Told(response, ConnectionOutcome::OverLimit);
        self.admit(request).map_err(over)?;
        let service = Arc::clone(&self.waiting.service);
        let gate = paths::gate(&service, request);
        let handshake = Handshake::read(request).map_err(|refusal| {
            self.tell_refusal(refusal, gate, request);
            answered(refusal.into())
        })?;
        let gate = gate.ok_or_else(|| {
            let parameter = paths::parameter(&service, request);
            self.waiting
                .shared
                .tell_no_gate(self.waiting.client(), request, parameter);
            answered(paths::nowhere(&service, request))
        })?;
        self.judge(gate, request)?;
        let permitted = self.waiting.permit.relaying();
        permitted.map_err(|limit| over(self.over_limit(limit)))?;
        let backend = self.dial(gate, request).await?;
        Ok((Arc::clone(gate), backend, handshake))
    }

    /// Checks whether the policy allows the page.
    fn judge(&self, gate: &Gate, request: &HttpRequest) -> Result<(), Refused> {
        let local = || self.waiting.stream.tcp().local_addr().ok();
        let local = || local().and_then(|local| Port::new(local.port()).ok());
        let origins: Vec<_> = request.values("origin").collect();
        let origin = origins.join(&b", "[..]);
        let page = (!origins.is_empty()).then_some(&*origin);
        let reason = match gate.public_port.or_else(local) {
            Some(port) => refusal(gate, port, page),
            None => Some("the port to check is unknown".to_owned()),
        };
        let Some(reason) = reason else {
            return Ok(());
        };
        let shared = &self.waiting.shared;
        shared.tell_origin(self.waiting.client(), &gate.name, &origin, &reason);
        let text = format!("refused by the policy: {reason}\n");
        let response = Response::plain(StatusCode::Forbidden, text);
        Err(Refused::Told(response, ConnectionOutcome::OriginRefused))
    }

    /// Logs an invalid handshake.
    fn tell_refusal(
        &self,
        refusal: HandshakeRefusal,
        gate: Option<&Arc<Gate>>,
        request: &HttpRequest,
    ) {
        let gate = gate.map(|gate| gate.name.as_str());
        let why = (refusal.expected(), refusal.hint());
        let shared = &self.waiting.shared;
        shared.tell_websocket_refused(self.waiting.client(), gate, request, why);
    }

    async fn dial(&mut self, gate: &Gate, request: &HttpRequest) -> Result<TcpStream, Refused> {
        let origin = hints::origin_of(request);
        let whose = Whose {
            peer: self.waiting.client(),
            origin: Some(&origin),
        };
        match dialling::while_there(self.waiting, gate, whose).await {
            Dialled::Done(Ok(stream)) => Ok(stream),
            Dialled::ClientEnded => Err(Refused::Left(ConnectionOutcome::EndedEarly)),
            Dialled::ClientFailed => Err(Refused::Left(ConnectionOutcome::PeerFailed)),
            Dialled::Stopped => {
                let response = Response::plain(StatusCode::Unavailable, STOPPED).for_everybody();
                Err(Refused::Told(response, ConnectionOutcome::Stopped))
            }
            Dialled::Done(Err(error)) => {
                let (status, what) = if error.is_timeout() {
                    (StatusCode::GatewayTimeout, "did not answer in time")
                } else {
                    (StatusCode::BadGateway, "can't be reached")
                };
                let text = format!("the server behind the gate `{}` {what}\n", gate.name);
                let response = Response::plain(status, text).for_everybody();
                Err(Refused::Told(
                    response,
                    ConnectionOutcome::BackendUnreachable,
                ))
            }
        }
    }
}

/// Forwards a WebSocket in a task that holds only the bridge.
pub(in crate::connection) fn bridge(waiting: Waiting, gate: Arc<Gate>, backend: ReachedServer) {
    let (passed, client, _, early) = Passed::of(waiting);
    let preface = Preface {
        header: &backend.header,
        bytes: &early,
    };
    // A TLS session can buffer up to three records of its own.
    let room = if client.is_secure() { RECORD } else { ROOM };
    let deadlines = passed.service.deadlines;
    let limits = BridgeLimits {
        timeouts: relay_timeouts(deadlines),
        ping: deadlines.ping,
        room,
    };
    let mut bridge = Bridge::new(client, backend.stream, preface, limits, &passed.shared.stop);
    let open = Bridging::begin(&passed.shared);
    tokio::spawn(async move {
        let report = (&mut bridge).await;
        let outcome = ConnectionOutcome::of_websocket(report.end);
        passed.tell(&gate.name, outcome, &report);
        Box::pin(bridge.let_go(report.end, deadlines.linger)).await;
        // Open connections are not in the count.
        passed.shared.count(outcome);
        drop((open, passed.permit));
    });
}

/// Why the policy refuses a page, or `None` if it allows it.
fn refusal(gate: &Gate, port: Port, origin: Option<&[u8]>) -> Option<String> {
    let movie = match Movie::of_page(origin) {
        Ok(movie) => movie,
        Err(error) => return Some(error.to_string()),
    };
    let reason = decide_alone(&gate.policy, &movie, port).err()?.reason;
    let for_it = gate.policy.names(&movie);
    Some(match (reason, movie) {
        (RefusalReason::SecureOnly, _) => {
            format!("pages with this Origin may use port {port} only over https")
        }
        (RefusalReason::MetaPolicyNone, _) => {
            format!("`site-control` is `none`, so no page can connect to port {port}")
        }
        (_, Movie::Hostless) if for_it => format!("the rule for `*` does not include port {port}"),
        (_, Movie::Hostless) => {
            format!("only a rule for `*` allows pages without an Origin (port {port})")
        }
        (_, Movie::Remote(_)) if for_it => {
            format!("the rule for this Origin does not include port {port}")
        }
        (_, Movie::Remote(_)) => format!("there is no rule for this Origin (port {port})"),
    })
}
