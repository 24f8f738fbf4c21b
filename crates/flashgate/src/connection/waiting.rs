//! A connection that could not be answered at once: its request is incomplete, or is not a policy request.
//!
//! This module holds its state and its end. The steps in between are in [`steps`](super::steps).

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;

use flash_policy::Moment;
use flash_policy::accept::{AcceptConfig, First, ServerSide};
use flashgate_config::ruffle::Doors;
use flashgate_config::snapshot::{Backend, Gate, Service, ServiceKind};
use flashgate_wire::proxy_header::Addresses;
use tokio::net::TcpStream;
use tokio_flash_policy::Driver;
use tokio_rustls::rustls::ServerConfig;
use tracing::debug;
use tracing::field::display;

use super::asked::Asked;
use super::client::ClientStream;
use super::mistake::Mistake;
use super::{ConnectionOutcome, Shared, handshake, peer, some};
use crate::limits::{OverLimit, Permit};
use crate::log::escaped;

/// A connection that is not decided yet.
///
/// Ten thousand connections may wait at a time. So the state of a task is stored here once, and only borrowed across
/// awaits.
pub(super) struct Waiting {
    pub(super) stream: ClientStream,
    pub(super) accepting: Accepting,
    pub(super) permit: Permit,
    pub(super) service: Arc<Service>,
    pub(super) doors: Arc<Doors>,
    pub(super) shared: Witness,
    pub(super) sender: Sender,
    /// The address that `accept` returned.
    pub(super) peer: Option<SocketAddr>,
    /// The addresses that a proxy reported, if one did.
    pub(super) told: Option<Box<Addresses>>,
    /// Bytes read after the opening, to understand HTTP.
    pub(super) early: Vec<u8>,
    /// What to log at the end of an HTTP request that flashgate answers.
    pub(super) asked: Option<Box<Asked>>,
}

/// The state machine for the first bytes, the reply and the close, with their deadlines.
pub(super) type Accepting = Driver<Arc<AcceptConfig>>;

/// Creates the state machine for a connection of which nothing has been read, starting now.
pub(super) fn accepting(service: &Service) -> Accepting {
    Driver::new(ServerSide::new(Arc::clone(&service.accept), Moment::ZERO))
}

/// Who sends the first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    /// The client.
    Client,
    /// A load balancer, which first sends a PROXY header with the client's address.
    Balancer,
    /// A proxy, which sends the client's address in each request.
    Proxy,
}

/// A connected server.
pub(super) struct ReachedServer {
    pub(super) stream: TcpStream,
    /// The PROXY header, or what is left of it. The server gets it first.
    pub(super) header: Vec<u8>,
}

/// The next step for a connection. What it carries is boxed, because every waiting connection has room for it.
pub(super) enum Next {
    /// Read until the kind of connection is known.
    Listen,
    /// Do a TLS handshake, and read what comes inside.
    Shake(Arc<ServerConfig>),
    /// Read an HTTP request, and handle it.
    Http,
    /// Connect a silent client to its server, and wait for data from either.
    Call(Arc<Gate>),
    /// Connect to the gate's game server.
    Dial(Arc<Gate>),
    /// Connect to the gate's HTTP server.
    DialHttp(Arc<Gate>, Box<Backend>),
    /// Answer the policy request.
    Answer,
    /// Forward to a server.
    Relay(Box<ReachedServer>),
    /// Forward a WebSocket to the gate's server.
    Bridge(Arc<Gate>, Box<ReachedServer>),
    /// Close the connection after the client has closed its side.
    LetGo(ConnectionOutcome),
    /// Close the connection.
    Refuse(ConnectionOutcome),
    /// Nothing. The connection has been counted.
    Done,
}

impl Waiting {
    /// The client's address, as far as it is known.
    pub(super) fn client(&self) -> Option<SocketAddr> {
        let told = self.told.as_ref();
        told.map(|told| peer::canonical(told.source)).or(self.peer)
    }

    /// Reports how many bytes of an unfinished request are in memory. The oldest such requests are evicted for it.
    ///
    /// Call it before each wait. A request that arrives complete costs nothing.
    pub(super) fn hold(&self, bytes: usize) {
        let session = if self.stream.is_secure() {
            handshake::SESSION
        } else {
            0
        };
        for evicted in self.permit.hold(session + bytes) {
            self.shared.count_evicted(evicted);
        }
    }

    /// The next step after recognition. A policy request is answered.
    pub(super) fn next(&self, recognized: Option<First>) -> Next {
        recognized.map_or(Next::Answer, |first| self.judge(first))
    }

    /// The next step for a connection that starts like this: it goes through the gate or is refused.
    fn judge(&self, first: First) -> Next {
        if let (First::Tls, Some(server)) = (first, self.offered_tls()) {
            return Next::Shake(Arc::clone(server));
        }
        match (first, &self.service.kind) {
            (First::Http, _) if self.service.speaks_http() => Next::Http,
            (First::Silent, ServiceKind::Gate { gate, .. }) => Next::Call(Arc::clone(gate)),
            (_, ServiceKind::Gate { gate, .. }) => {
                let for_http = (first == First::Http).then(|| gate.http_backend.clone());
                if let Some(backend) = for_http.flatten() {
                    return Next::DialHttp(Arc::clone(gate), Box::new(backend));
                }
                self.note_mistake(first);
                Next::Dial(Arc::clone(gate))
            }
            (
                _,
                ServiceKind::Policy(_)
                | ServiceKind::Bridge(_)
                | ServiceKind::Http
                | ServiceKind::Closed,
            ) => Next::Refuse(self.refusal(first)),
        }
    }

    /// Logs a hint if a connection that a gate forwards looks like a setup mistake.
    pub(super) fn note_mistake(&self, first: First) {
        let received = self.accepting.opening().bytes();
        if first == First::Other
            && let Some(mistake) = Mistake::by_bytes(received)
        {
            let at = (self.client(), self.service.name());
            self.shared.explain_passed_on(mistake, at, Some(received));
        }
    }

    /// Why a port without a server behind it closes a connection.
    fn refusal(&self, first: First) -> ConnectionOutcome {
        match first {
            // A game client that the gate would have forwarded before the stop, so not a setup mistake.
            _ if self.service.stopping => ConnectionOutcome::NotARequest,
            First::Http => ConnectionOutcome::Http,
            First::Tls if !self.stream.is_secure() => ConnectionOutcome::Tls,
            First::End => ConnectionOutcome::EndedEarly,
            First::Silent | First::Deadline => ConnectionOutcome::Deadline,
            First::Other | _ => ConnectionOutcome::NotARequest,
        }
    }

    /// The TLS configuration for a handshake. Inside TLS, another handshake is ordinary data.
    pub(super) fn offered_tls(&self) -> Option<&Arc<ServerConfig>> {
        let server = self.service.tls.as_ref();
        server.filter(|_| !self.stream.is_secure())
    }

    /// Forwards the connection to a server, unless a limit is reached.
    pub(super) fn pass_on(&mut self, stream: TcpStream, header: Vec<u8>) -> Next {
        match self.permit.relaying() {
            Ok(()) => Next::Relay(Box::new(ReachedServer { stream, header })),
            Err(over) => self.turn_away(over),
        }
    }

    /// Closes a connection that is over a limit.
    pub(super) fn turn_away(&self, over: OverLimit) -> Next {
        self.shared.tell_over_limit(self.client(), over);
        Next::LetGo(ConnectionOutcome::OverLimit)
    }

    /// Closes the connection.
    pub(super) fn end(self, outcome: ConnectionOutcome) {
        let (client, permit, ending) = self.into_parts();
        ending.end(outcome);
        drop(client);
        drop(permit);
    }

    /// Splits into the stream, the permit, and the parts needed at the end.
    pub(super) fn into_parts(self) -> (ClientStream, Permit, Ending) {
        let ending = Ending {
            peer: self.client(),
            shared: self.shared,
            service: self.service,
            accepting: self.accepting,
            asked: self.asked,
        };
        (self.stream, self.permit, ending)
    }
}

/// What is needed to count and log a connection at its end.
pub(super) struct Ending {
    pub(super) shared: Witness,
    pub(super) service: Arc<Service>,
    pub(super) accepting: Accepting,
    pub(super) peer: Option<SocketAddr>,
    pub(super) asked: Option<Box<Asked>>,
}

impl Ending {
    /// Counts the connection, and logs it if needed.
    pub(super) fn end(&self, outcome: ConnectionOutcome) {
        let (shared, peer) = (&self.shared, self.peer);
        shared.count(outcome);
        if let Some(asked) = &self.asked {
            return asked.log(shared, outcome, peer);
        }
        let received = self.accepting.opening().bytes();
        shared.explain_close(outcome, peer, received, &self.service);
        if let Some(suppressed) = shared.wants_line(outcome) {
            let (peer, suppressed) = (peer.map(display), some(suppressed));
            let received = escaped(received);
            debug!(peer, outcome = outcome.code(), %received, suppressed, "connection ended");
        }
    }
}

/// The shared state, held by a connection. It reports a panic of the connection's task, which tokio would swallow.
pub(super) struct Witness(pub(super) Arc<Shared>);

impl Deref for Witness {
    type Target = Arc<Shared>;

    fn deref(&self) -> &Arc<Shared> {
        &self.0
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.tell_panic();
        }
    }
}
