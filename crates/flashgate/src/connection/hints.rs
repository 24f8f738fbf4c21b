//! What strangers could make the log say: each kind of it only so often.

use std::net::SocketAddr;

use tokio_rustls::rustls;
use tracing::field::display;
use tracing::{error, warn};

use super::{Outcome, Shared, balancer, handshake};
use crate::limits::OverLimit;
use crate::log::{Sampler, escaped};

/// What a stranger could provoke at any rate is not logged at any rate.
#[derive(Debug)]
pub(super) struct Hints {
    pub(super) http: Sampler,
    pub(super) tls: Sampler,
    pub(super) origin: Sampler,
    pub(super) handshake: Sampler,
    pub(super) system: Sampler,
    pub(super) over_limit: Sampler,
    pub(super) no_room: Sampler,
    pub(super) no_relay: Sampler,
    pub(super) proxy: Sampler,
    pub(super) panic: Sampler,
    pub(super) ended: [Sampler; Outcome::COUNT],
}

impl Hints {
    pub(super) fn new() -> Self {
        Self {
            http: Sampler::of_warnings("http"),
            tls: Sampler::of_warnings("tls"),
            // Each names another origin, and the operator wants to see all of their own.
            origin: Sampler::of_different_warnings("origin-refused"),
            handshake: Sampler::of_warnings("tls-failed"),
            system: Sampler::of_warnings("system-failed"),
            over_limit: Sampler::of_warnings("over-limit"),
            no_room: Sampler::of_warnings("no-room"),
            no_relay: Sampler::of_warnings("no-room-to-pass-on"),
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
            let (peer, origin) = (peer.map(display), escaped(origin));
            warn!(peer, gate, %origin, reason, suppressed, "refused a WebSocket");
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
                limit, suppressed, "closed a connection of an address that has too many"
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
                "closed a connection that `accept-proxy` wants a PROXY header from"
            );
        }
    }

    /// A connection has panicked; no other is concerned.
    pub(crate) fn tell_panic(&self) {
        if let Some(suppressed) = self.hints.panic.admit() {
            error!(suppressed, "a connection has failed by a fault of ours");
        }
    }
}
