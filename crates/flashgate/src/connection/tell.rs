//! What connections have to say to the operator, each kind of it only so often: see [`HintSamplers`](super::hints::HintSamplers).

use std::io;
use std::net::SocketAddr;

use flashgate_config::snapshot::Service;
use flashgate_wire::http::HttpRequest;
use tokio_rustls::rustls;
use tracing::field::display;
use tracing::{debug, error, info, warn};

use super::hints::{LONGEST_SHOWN, origin_of};
use super::mistake::Mistake;
use super::{ConnectionOutcome, Shared, balancer, handshake, some};
use crate::limits::{Evicted, MadeRoom, OverLimit};
use crate::log::{self, escaped, escaped_up_to};

impl Shared {
    /// A page may not open a WebSocket.
    pub(super) fn tell_origin(
        &self,
        peer: Option<SocketAddr>,
        gate: &str,
        origin: &[u8],
        reason: &str,
    ) {
        if let Some(suppressed) = self.hints.origin.admit() {
            let (peer, origin) = (peer.map(display), escaped_up_to(LONGEST_SHOWN, origin));
            warn!(peer, gate, %origin, reason, suppressed, "refused a WebSocket");
        }
    }

    /// A request for a WebSocket can't be granted to any client.
    pub(super) fn tell_websocket_refused(
        &self,
        peer: Option<SocketAddr>,
        gate: Option<&str>,
        request: &HttpRequest,
        (reason, hint): (&str, Option<&str>),
    ) {
        if let Some(suppressed) = self.hints.websocket.admit() {
            let (peer, origin) = (peer.map(display), origin_of(request));
            let path = escaped(request.path.as_bytes());
            warn!(peer, gate, %path, %origin, reason, suppressed, hint, "can't grant a WebSocket");
        }
    }

    /// A WebSocket was asked for under a path that leads to no gate.
    pub(super) fn tell_no_gate(&self, peer: Option<SocketAddr>, request: &HttpRequest) {
        if let Some(suppressed) = self.hints.no_gate.admit() {
            let (peer, origin) = (peer.map(display), origin_of(request));
            let path = escaped_up_to(LONGEST_SHOWN, request.path.as_bytes());
            warn!(peer, %path, %origin, suppressed, hint = NO_GATE, "refused a WebSocket: no gate has this path");
        }
    }

    /// A game server has ended or cut a connection in the middle of it; only the first of the two is usual.
    pub(super) fn tell_end_by_backend(
        &self,
        outcome: ConnectionOutcome,
        (peer, gate): (Option<SocketAddr>, &str),
        [from_client, from_backend]: [u64; 2],
    ) {
        let cut = matches!(
            outcome,
            ConnectionOutcome::BackendReset | ConnectionOutcome::BackendLost
        );
        let (peer, outcome) = (peer.map(display), outcome.code());
        if cut {
            if let Some(suppressed) = self.hints.backend_cut.admit() {
                warn!(
                    peer,
                    gate,
                    outcome,
                    from_client,
                    from_backend,
                    suppressed,
                    "the game server broke off a connection"
                );
            }
        } else if let Some(suppressed) = self.hints.backend_ended.admit() {
            info!(
                peer,
                gate, from_client, from_backend, suppressed, "the game server ended a connection"
            );
        }
    }

    /// There are more connections than there may be: of one address, or of all.
    pub(super) fn tell_over_limit(&self, peer: Option<SocketAddr>, over: OverLimit) {
        if over == OverLimit::All {
            return self.tell_no_room_to_pass_on(peer);
        }
        if let Some(suppressed) = self.hints.over_limit.admit() {
            let (peer, limit) = (peer.map(display), over.key());
            warn!(
                peer,
                limit,
                suppressed,
                hint = SHARED_ADDRESS,
                "closed a connection of an address that has too many"
            );
        }
    }

    fn tell_no_room_to_pass_on(&self, peer: Option<SocketAddr>) {
        if let Some(suppressed) = self.hints.no_relay.admit() {
            let permits = &self.permits;
            let (peer, limit) = (peer.map(display), permits.scarce());
            let (relaying, most) = (permits.relaying(), permits.most_relays());
            warn!(
                peer,
                limit,
                relaying,
                most,
                suppressed,
                "no room to pass another connection on; it is refused"
            );
        }
    }

    /// Somebody waits to be accepted, and there is no place.
    pub(crate) fn tell_no_room(&self, address: SocketAddr) {
        if let Some(suppressed) = self.hints.no_room.admit() {
            let permits = &self.permits;
            let (open, relaying) = (permits.open(), permits.relaying());
            let (limit, most) = (permits.scarce(), permits.limit());
            warn!(
                %address, limit, open, relaying, most, suppressed,
                "no room for another connection; clients wait in the queue"
            );
        }
    }

    /// A connection was ended to make room: counted, and logged once a second.
    pub(crate) fn count_evicted(&self, Evicted { peer, lack }: Evicted) {
        self.count(ConnectionOutcome::Evicted);
        let (peer, lack) = (peer.map(display), lack.name());
        if let Some(suppressed) = self.hints.evicted.admit() {
            warn!(
                peer,
                lack, suppressed, "closed an unfinished request to make room for others"
            );
        }
        if let Some(suppressed) = self.wants_line(ConnectionOutcome::Evicted) {
            let (outcome, suppressed) = (ConnectionOutcome::Evicted.code(), some(suppressed));
            debug!(peer, outcome, lack, suppressed, "connection ended");
        }
    }

    /// Ends a connection, if one can be, that was not recognised yet; whether one was.
    pub(crate) fn make_room(&self, descriptors: u8) -> bool {
        match self.permits.make_room(descriptors) {
            MadeRoom::By(evicted) => {
                self.count_evicted(evicted);
                true
            }
            MadeRoom::Before | MadeRoom::No => false,
        }
    }

    /// A client and this side could not agree on TLS.
    pub(super) fn tell_handshake_fault(&self, peer: Option<SocketAddr>, error: &rustls::Error) {
        if let Some(suppressed) = self.hints.handshake.admit() {
            let peer = peer.map(display);
            let (error, hint) = (error.to_string(), handshake::hint(error));
            warn!(peer, error, suppressed, hint, "a TLS handshake has failed");
        }
    }

    /// A balancer's connection is closed for want of a PROXY header.
    pub(super) fn tell_proxy_fault(&self, peer: Option<SocketAddr>, fault: &balancer::Fault) {
        if let Some(suppressed) = self.hints.proxy.admit() {
            let (peer, fault) = (peer.map(display), fault.to_string());
            warn!(
                peer,
                fault,
                suppressed,
                hint = NO_PROXY_HEADER,
                "closed a connection that `accept-proxy` wants a PROXY header from"
            );
        }
    }

    /// The event loop takes a connection no more.
    pub(super) fn tell_unwatched(&self, error: &io::Error) {
        if let Some(suppressed) = self.hints.system.admit() {
            let error = log::reason(error);
            warn!(error, suppressed, "can't watch a connection; it is closed");
        }
    }

    /// A connection has panicked; no other is concerned.
    pub(crate) fn tell_panic(&self) {
        if let Some(suppressed) = self.hints.panic.admit() {
            error!(suppressed, "internal error: a connection handler panicked");
        }
    }

    /// Logs what somebody must have set up wrongly, if a closed connection looks like it.
    pub(super) fn explain_close(
        &self,
        outcome: ConnectionOutcome,
        peer: Option<SocketAddr>,
        received: &[u8],
        service: &Service,
    ) {
        if let Some(mistake) = Mistake::closed(outcome, received, service)
            && let Some(suppressed) = self.hints.mistakes.of(mistake).admit()
        {
            let (peer, received, hint) = (peer.map(display), escaped(received), mistake.hint());
            warn!(peer, %received, suppressed, hint, "closed a connection that is no policy request");
        }
    }

    pub(super) fn explain_passed_on(
        &self,
        mistake: Mistake,
        (peer, gate): (Option<SocketAddr>, &str),
        received: Option<&[u8]>,
    ) {
        if let Some(suppressed) = self.hints.mistakes.of(mistake).admit() {
            let (peer, hint) = (peer.map(display), mistake.hint());
            let received = received.map(|bytes| display(escaped(bytes)));
            warn!(
                peer,
                gate,
                received,
                suppressed,
                hint,
                "passed on a connection that is probably set up wrongly"
            );
        }
    }

    /// The same for TLS that a gate without `[tls]` passed on, if the game server did not speak it either.
    pub(super) fn explain_tls_passed_on(
        &self,
        peer: Option<SocketAddr>,
        gate: &str,
        from_backend: u64,
    ) {
        if from_backend < LEAST_TLS_REPLY {
            self.explain_passed_on(Mistake::Tls, (peer, gate), None);
        }
    }
}

/// What a server that speaks TLS sends at least before the client's turn: 7 bytes are an alert, and a handshake that
/// gets further has its hello, which is longer than this with everything that comes along.
const LEAST_TLS_REPLY: u64 = 100;

const NO_GATE: &str = "the path must be that of `[bridge]` in the config, with a gate's port or name in it; check the \
                       page's URL, and whether a proxy in between changes the path";

const SHARED_ADDRESS: &str = "if this is the address of a balancer or proxy, all clients behind it share its limits: \
                              name it in `accept-proxy` (the bridge: `trust-forwarded-for`), or in `exempt`";

const NO_PROXY_HEADER: &str =
    "turn PROXY headers on in the balancer, or remove its address from `accept-proxy`";
