//! A connection that could not be answered on the spot: its request is still coming, or it is none.
//!
//! Here is what is known of it and how it ends. What is done with it, step by step, is in [`steps`](super::steps).

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;

use flash_policy::accept::{AcceptConfig, First, Moment, ServerSide};
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

/// A connection on its way to a verdict.
///
/// Ten thousand may wait at a time, so what a task holds is held here once, and only borrowed where it is awaited.
pub(super) struct Waiting {
    pub(super) stream: ClientStream,
    pub(super) accepting: Accepting,
    pub(super) permit: Permit,
    pub(super) service: Arc<Service>,
    pub(super) doors: Arc<Doors>,
    pub(super) shared: Witness,
    pub(super) sender: Sender,
    /// Whom it was accepted from.
    pub(super) peer: Option<SocketAddr>,
    /// What a proxy said about the client, if one did.
    pub(super) told: Option<Box<Addresses>>,
    /// What was read behind its first bytes to understand HTTP.
    pub(super) early: Vec<u8>,
    /// What is logged at the end of an HTTP request that is answered here.
    pub(super) asked: Option<Box<Asked>>,
}

/// The machine that says what is done with first bytes, a reply and the close, and by when.
pub(super) type Accepting = Driver<Arc<AcceptConfig>>;

/// The machine for a connection of which nothing was read, from now on.
pub(super) fn accepting(service: &Service) -> Accepting {
    Driver::new(ServerSide::new(Arc::clone(&service.accept), Moment::ZERO))
}

/// Who sends what comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    /// The client.
    Client,
    /// A balancer, which says whose connection it is in front of everything else.
    Balancer,
    /// A proxy, which says whose it is in each request.
    Proxy,
}

/// What is done next with a connection.
pub(super) enum Next {
    /// Read until it is known what the client wants.
    Listen,
    /// Agree on TLS, and listen to what comes inside.
    Shake(Arc<ServerConfig>),
    /// Read an HTTP request, and do what it asks for.
    Http,
    /// Call the server of a client that says nothing, and listen to both.
    Call(Arc<Gate>),
    /// Call the server of the game that it is for.
    Dial(Arc<Gate>),
    /// Call the server that its gate has for HTTP.
    DialHttp(Arc<Gate>, Backend),
    /// Answer its policy request.
    Answer,
    /// Pass it on to a server, which gets these bytes first.
    Relay(TcpStream, Vec<u8>),
    /// Pass a WebSocket on to the server of this gate, which gets these bytes first.
    Bridge(Arc<Gate>, TcpStream, Vec<u8>),
    /// Close it once its client has ended it too.
    LetGo(ConnectionOutcome),
    /// Close it.
    Refuse(ConnectionOutcome),
    /// Nothing: it was counted.
    Done,
}

impl Waiting {
    /// Whose connection it is, as far as that is known.
    pub(super) fn client(&self) -> Option<SocketAddr> {
        let told = self.told.as_ref();
        told.map(|told| peer::canonical(told.source)).or(self.peer)
    }

    /// Says how much of an unfinished request is in memory; the oldest such requests make room for it.
    ///
    /// To be said before anything is waited for; a request that is whole at once costs nothing.
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

    /// What becomes of a connection that was recognised: a policy request is answered.
    pub(super) fn next(&self, recognised: Option<First>) -> Next {
        recognised.map_or(Next::Answer, |first| self.judge(first))
    }

    /// What becomes of a connection that begins in this way: it goes through the gate, or has nothing to expect here.
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
                    return Next::DialHttp(Arc::clone(gate), backend);
                }
                self.note_mistake(first);
                Next::Dial(Arc::clone(gate))
            }
            (_, ServiceKind::Policy(_) | ServiceKind::Bridge(_) | ServiceKind::Closed) => {
                Next::Refuse(self.refusal(first))
            }
        }
    }

    /// Logs what somebody must have set up wrongly, if a connection that a gate passes on looks like it.
    pub(super) fn note_mistake(&self, first: First) {
        let received = self.accepting.opening().bytes();
        if first == First::Other
            && let Some(mistake) = Mistake::by_bytes(received)
        {
            let at = (self.client(), self.service.name());
            self.shared.explain_passed_on(mistake, at, Some(received));
        }
    }

    /// Why a connection is closed that has nothing to expect on a policy port.
    fn refusal(&self, first: First) -> ConnectionOutcome {
        match first {
            // A game's client, which the gate would have passed on before the stop: no mistake of its operator's.
            _ if self.service.stopping => ConnectionOutcome::NotARequest,
            First::Http => ConnectionOutcome::Http,
            First::Tls if !self.stream.is_secure() => ConnectionOutcome::Tls,
            First::End => ConnectionOutcome::EndedEarly,
            First::Silent | First::Deadline => ConnectionOutcome::Deadline,
            First::Other | _ => ConnectionOutcome::NotARequest,
        }
    }

    /// What a TLS handshake would be answered with. TLS inside TLS is bytes like all others.
    pub(super) fn offered_tls(&self) -> Option<&Arc<ServerConfig>> {
        let server = self.service.tls.as_ref();
        server.filter(|_| !self.stream.is_secure())
    }

    /// Passes it on to a server, unless it would be one too many.
    pub(super) fn pass_on(&mut self, backend: TcpStream, header: Vec<u8>) -> Next {
        match self.permit.relaying() {
            Ok(()) => Next::Relay(backend, header),
            Err(over) => self.turn_away(over),
        }
    }

    /// Lets a client go for which there is no room.
    pub(super) fn turn_away(&self, over: OverLimit) -> Next {
        self.shared.tell_over_limit(self.client(), over);
        Next::LetGo(ConnectionOutcome::OverLimit)
    }

    /// Closes it.
    pub(super) fn end(self, outcome: ConnectionOutcome) {
        let (client, permit, ending) = self.into_parts();
        ending.end(outcome);
        drop(client);
        drop(permit);
    }

    /// What is needed to answer it, its place, and what its end takes.
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

/// What is counted and logged of a connection at its end.
pub(super) struct Ending {
    pub(super) shared: Witness,
    pub(super) service: Arc<Service>,
    pub(super) accepting: Accepting,
    pub(super) peer: Option<SocketAddr>,
    pub(super) asked: Option<Box<Asked>>,
}

impl Ending {
    /// Counts the connection, and logs what is worth it.
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

/// What connections share, in the hands of one whose panic would otherwise go untold: tokio takes it with the task.
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
