//! What strangers could make the log say: each kind of it only so often.

use std::net::SocketAddr;

use flashgate_wire::http::Request;
use tokio_rustls::rustls;
use tracing::field::display;
use tracing::{debug, error, info, warn};

use super::{Outcome, Shared, balancer, handshake, mistake, some};
use crate::limits::{Evicted, MadeRoom, OverLimit};
use crate::log::{Sampler, escaped, escaped_up_to};

/// What a stranger could provoke at any rate is not logged at any rate.
#[derive(Debug)]
pub(super) struct Hints {
    pub(super) mistakes: mistake::Samplers,
    pub(super) origin: Sampler,
    pub(super) websocket: Sampler,
    pub(super) no_gate: Sampler,
    pub(super) backend_cut: Sampler,
    pub(super) backend_ended: Sampler,
    pub(super) handshake: Sampler,
    pub(super) system: Sampler,
    pub(super) over_limit: Sampler,
    pub(super) no_room: Sampler,
    pub(super) no_relay: Sampler,
    pub(super) evicted: Sampler,
    pub(super) proxy: Sampler,
    pub(super) panic: Sampler,
    pub(super) ended: [Sampler; Outcome::COUNT],
}

impl Hints {
    pub(super) fn new() -> Self {
        Self {
            mistakes: mistake::Samplers::new(),
            // Each of these names another client, and the operator looks for one of them.
            origin: Sampler::of_different_warnings("origin-refused"),
            websocket: Sampler::of_different_warnings("websocket-refused"),
            no_gate: Sampler::of_different_warnings("no-gate"),
            backend_cut: Sampler::of_different_warnings("backend-cut"),
            backend_ended: Sampler::of_different_news("backend-ended"),
            handshake: Sampler::of_warnings("tls-failed"),
            system: Sampler::of_warnings("system-failed"),
            over_limit: Sampler::of_warnings("over-limit"),
            no_room: Sampler::of_warnings("no-room"),
            no_relay: Sampler::of_warnings("no-room-to-pass-on"),
            evicted: Sampler::of_warnings("evicted"),
            proxy: Sampler::of_warnings("proxy-refused"),
            panic: Sampler::of_warnings("connection-failed"),
            ended: Outcome::ALL.map(|outcome| Sampler::of_connections(outcome.code())),
        }
    }
}

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

    /// A request for a WebSocket can't be granted, whoever sent it.
    pub(super) fn tell_websocket_refused(
        &self,
        peer: Option<SocketAddr>,
        gate: Option<&str>,
        request: &Request,
        (reason, hint): (&str, Option<&str>),
    ) {
        if let Some(suppressed) = self.hints.websocket.admit() {
            let (peer, origin) = (peer.map(display), origin_of(request));
            let path = escaped(request.path.as_bytes());
            warn!(peer, gate, %path, %origin, reason, suppressed, hint, "can't grant a WebSocket");
        }
    }

    /// A WebSocket was asked for under a path that leads to no gate.
    pub(super) fn tell_no_gate(&self, peer: Option<SocketAddr>, request: &Request) {
        if let Some(suppressed) = self.hints.no_gate.admit() {
            let (peer, origin) = (peer.map(display), origin_of(request));
            let path = escaped_up_to(LONGEST_SHOWN, request.path.as_bytes());
            warn!(peer, %path, %origin, suppressed, hint = NO_GATE, "refused a WebSocket: no gate has this path");
        }
    }

    /// A game server has ended or cut a connection in the middle of it; only the first of the two is usual.
    pub(super) fn tell_end_by_backend(
        &self,
        outcome: Outcome,
        (peer, gate): (Option<SocketAddr>, &str),
        [from_client, from_backend]: [u64; 2],
    ) {
        let cut = matches!(outcome, Outcome::BackendReset | Outcome::BackendLost);
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
        self.count(Outcome::Evicted);
        let (peer, lack) = (peer.map(display), lack.name());
        if let Some(suppressed) = self.hints.evicted.admit() {
            warn!(
                peer,
                lack, suppressed, "closed an unfinished request to make room for others"
            );
        }
        if let Some(suppressed) = self.wants_line(Outcome::Evicted) {
            let (outcome, suppressed) = (Outcome::Evicted.code(), some(suppressed));
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

    /// A connection has panicked; no other is concerned.
    pub(crate) fn tell_panic(&self) {
        if let Some(suppressed) = self.hints.panic.admit() {
            error!(suppressed, "internal error: a connection handler panicked");
        }
    }
}

/// How much is shown of an origin or a path: a host name has 253 bytes at most.
const LONGEST_SHOWN: usize = 300;

/// The origins of a request, fit for a log.
pub(super) fn origin_of(request: &Request) -> String {
    let origins: Vec<_> = request.values("origin").collect();
    escaped_up_to(LONGEST_SHOWN, &origins.join(&b", "[..])).to_string()
}

const NO_GATE: &str = "the path must be that of `[bridge]` in the config, with a gate's port or name in it; check the \
                       page's URL, and whether a proxy in between changes the path";

const SHARED_ADDRESS: &str = "if this is the address of a balancer or proxy, all clients behind it share its limits: \
                              name it in `accept-proxy` (the bridge: `trust-forwarded-for`), or in `exempt`";

const NO_PROXY_HEADER: &str =
    "turn PROXY headers on in the balancer, or remove its address from `accept-proxy`";
