//! Log lines about connections. Each kind has a rate limit: see [`HintSamplers`](super::hints::HintSamplers).

use std::io;
use std::net::SocketAddr;

use flashgate_config::snapshot::{AskedParameter, Service};
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
    /// Logs that the policy does not allow a page to open a WebSocket.
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

    /// Logs a WebSocket request that is invalid for any client.
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
            warn!(peer, gate, %path, %origin, reason, suppressed, hint, "refused a WebSocket: invalid request");
        }
    }

    /// Logs a WebSocket request for a path without a gate. Of the query, it names the parameter that selects the gate
    /// there, if one does, but not its value.
    pub(super) fn tell_no_gate(
        &self,
        peer: Option<SocketAddr>,
        request: &HttpRequest,
        parameter: Option<AskedParameter<'_>>,
    ) {
        if let Some(suppressed) = self.hints.no_gate.admit() {
            let (peer, origin) = (peer.map(display), origin_of(request));
            let path = escaped_up_to(LONGEST_SHOWN, request.path.as_bytes());
            let hint = match parameter {
                None => NO_GATE,
                Some(AskedParameter { value: None, .. }) => NO_PARAMETER,
                Some(_) => NO_VALUE,
            };
            let parameter = parameter.map(|parameter| parameter.name);
            warn!(peer, %path, parameter, %origin, suppressed, hint, "refused a WebSocket: no gate has this path");
        }
    }

    /// Logs that a game server has closed or aborted a connection. Only closing is normal.
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
                    "the game server aborted a connection"
                );
            }
        } else if let Some(suppressed) = self.hints.backend_ended.admit() {
            info!(
                peer,
                gate, from_client, from_backend, suppressed, "the game server closed a connection"
            );
        }
    }

    /// Logs that a limit on connections is reached, for one address or for all.
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
                "closed a connection: its address is over a limit"
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
                "no room to forward another connection; refusing it"
            );
        }
    }

    /// Logs that a client waits to be accepted, but there is no room.
    pub(crate) fn tell_no_room(&self, address: SocketAddr) {
        if let Some(suppressed) = self.hints.no_room.admit() {
            let permits = &self.permits;
            let (open, relaying) = (permits.open(), permits.relaying());
            let (limit, most) = (permits.scarce(), permits.limit());
            warn!(
                %address, limit, open, relaying, most, suppressed,
                "no room for another connection; clients are waiting in the queue"
            );
        }
    }

    /// Counts a connection that was closed to make room, and logs it at most once per second.
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

    /// Closes an unrecognized connection, if there is one. Returns whether one was closed.
    pub(crate) fn make_room(&self, descriptors: u8) -> bool {
        match self.permits.make_room(descriptors) {
            MadeRoom::By(evicted) => {
                self.count_evicted(evicted);
                true
            }
            MadeRoom::Before | MadeRoom::No => false,
        }
    }

    /// Logs a failed TLS handshake.
    pub(super) fn tell_handshake_fault(&self, peer: Option<SocketAddr>, error: &rustls::Error) {
        if let Some(suppressed) = self.hints.handshake.admit() {
            let peer = peer.map(display);
            let (error, hint) = (error.to_string(), handshake::hint(error));
            warn!(peer, error, suppressed, hint, "TLS handshake failed");
        }
    }

    /// Logs that a load balancer's connection was closed because it had no valid PROXY header.
    pub(super) fn tell_proxy_fault(&self, peer: Option<SocketAddr>, fault: &balancer::Fault) {
        if let Some(suppressed) = self.hints.proxy.admit() {
            let (peer, fault) = (peer.map(display), fault.to_string());
            warn!(
                peer,
                fault,
                suppressed,
                hint = NO_PROXY_HEADER,
                "closed a connection without the PROXY header that `accept-proxy` requires"
            );
        }
    }

    /// Logs that the event loop could not register a connection.
    pub(super) fn tell_unwatched(&self, error: &io::Error) {
        if let Some(suppressed) = self.hints.system.admit() {
            let error = log::reason(error);
            warn!(
                error,
                suppressed, "can't register a connection with the event loop; closing it"
            );
        }
    }

    /// Logs that a connection's task has panicked. Other connections are not affected.
    pub(crate) fn tell_panic(&self) {
        if let Some(suppressed) = self.hints.panic.admit() {
            error!(suppressed, "internal error: a connection handler panicked");
        }
    }

    /// Logs a hint if a closed connection looks like a setup mistake.
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
            warn!(peer, %received, suppressed, hint, "closed a connection that sent no policy request");
        }
    }

    /// Logs a hint if a client got a policy that it can't use.
    pub(super) fn explain_answer(
        &self,
        peer: Option<SocketAddr>,
        received: &[u8],
        service: &Service,
    ) {
        if let Some(mistake) = Mistake::answered(received, service)
            && let Some(suppressed) = self.hints.mistakes.of(mistake).admit()
        {
            let (peer, hint) = (peer.map(display), mistake.hint());
            warn!(
                peer,
                suppressed, hint, "a Flash player got a policy for Silverlight"
            );
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
                "forwarded a connection that looks like a setup mistake"
            );
        }
    }

    /// Logs a hint about TLS that a gate without `[tls]` forwarded, if the game server did not speak TLS either.
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

/// The minimum that a TLS server sends before the client's next message. An alert has 7 bytes. A handshake that goes
/// further sends a hello, which with the rest is longer than this.
const LEAST_TLS_REPLY: u64 = 100;

const NO_GATE: &str = "the path must match `path` of `[bridge]` in the config, with a gate's port or name in it, or be \
                       the `bridge-path` of a gate; check the page's URL, and whether a proxy changes the path";

const NO_VALUE: &str = "gates have this path in their `bridge-path`, but none has the parameter's value in the \
                        request; check it in the page's URL, and whether a proxy changes the query";

const NO_PARAMETER: &str = "gates have this path in their `bridge-path`, but the request has no such parameter; check the \
                            page's URL, and whether a proxy removes the query";

const SHARED_ADDRESS: &str = "if this is the address of a load balancer or proxy, all clients behind it share its \
                              limits: add it to `accept-proxy` (the bridge: `trust-forwarded-for`), or to `exempt`";

const NO_PROXY_HEADER: &str =
    "turn on PROXY headers in the load balancer, or remove its address from `accept-proxy`";
