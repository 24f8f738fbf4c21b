//! A connection that is for the server behind a gate: dialled, and passed on as if the gate were not there.
//!
//! What was read to recognise it goes first, to the byte.

use std::net::SocketAddr;
use std::sync::Arc;

use flashgate_relay::{Opening, Relay, Report};
use flashgate_wire::proxy_header::Addresses;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_flash_policy::First;
use tracing::debug;
use tracing::field::display;

use super::backends::{Role, Whose};
use super::client::Client;
use super::waiting::{Next, Waiting, Witness};
use super::{Outcome, some};
use crate::limits::Permit;
use crate::snapshot::{Gate, Service};

/// Dials the backend, and passes the connection on to it.
pub(super) async fn dial(waiting: &mut Waiting, gate: &Gate, role: Role) -> Next {
    if let Err(over) = waiting.shared.permits.has_room_to_pass_on() {
        // A backend need not hear of whom it will not get.
        return waiting.turn_away(over);
    }
    let (peer, origin) = (waiting.client(), None);
    let whose = Whose { peer, origin };
    let dialled = waiting.shared.reach(gate, role, &waiting.service, whose);
    match dialled.await {
        Ok(backend) => {
            let header = match role {
                Role::Game => header(gate, waiting),
                // HTTP goes to its server byte for byte.
                Role::Http => Vec::new(),
            };
            waiting.pass_on(backend, header)
        }
        // The failure was told.
        Err(_) => Next::LetGo(Outcome::BackendUnreachable),
    }
}

/// The PROXY header for the backend, if it is to have one.
///
/// A client that has gone meanwhile is named as well: a backend that expects a header takes nothing else for one.
pub(super) fn header(gate: &Gate, waiting: &Waiting) -> Vec<u8> {
    let own = || {
        let source = waiting.peer?;
        // Unlike the peer's, it stays known for as long as the socket is open.
        let destination = waiting.stream.tcp().local_addr().ok()?;
        Some(Addresses {
            source,
            destination,
        })
    };
    let told = || waiting.told.as_deref().copied();
    let header = |version| told().or_else(own).map(|told| told.header(version));
    gate.send_proxy.and_then(header).unwrap_or_default()
}

/// Passes the connection on, in a task that holds nothing but the relay.
pub(super) fn relay(waiting: Waiting, backend: TcpStream, header: &[u8]) {
    let peer = waiting.client();
    let Waiting {
        stream,
        progress,
        permit,
        service,
        shared,
        early,
        ..
    } = waiting;
    let opening = Opening {
        header,
        bytes: &[progress.opening.bytes(), &early].concat(),
    };
    let limits = service.deadlines.relay();
    let is_tls = !stream.is_secure() && progress.opening.first() == Some(First::Tls);
    let relay = match stream {
        Client::Plain(stream) => Relay::new(stream, backend, opening, limits, &shared.stop),
        Client::Secure(stream) => {
            Relay::secure(stream.into_inner(), backend, opening, limits, &shared.stop)
        }
    };
    tokio::spawn(
        Passed {
            relay,
            permit,
            service,
            shared,
            peer,
            is_tls,
            begun: Instant::now(),
        }
        .run(),
    );
}

/// A connection that is passed on.
struct Passed {
    relay: Relay,
    permit: Permit,
    service: Arc<Service>,
    shared: Witness,
    peer: Option<SocketAddr>,
    /// Whether it is TLS that the backend gets.
    is_tls: bool,
    begun: Instant,
}

impl Passed {
    #[expect(
        clippy::manual_async_fn,
        reason = "an `async fn` would hold `self` twice"
    )]
    fn run(mut self) -> impl Future<Output = ()> + Send {
        async move {
            let report = (&mut self.relay).await;
            let outcome = Outcome::from(report.end);
            self.shared.count(outcome);
            self.shared
                .count_relayed(report.from_client, report.from_backend);
            self.explain(outcome, report);
            if let Some(suppressed) = self.shared.wants_line(outcome) {
                let (peer, suppressed) = (self.peer.map(display), some(suppressed));
                let gate = self.service.name();
                let (from_client, from_backend) = (report.from_client, report.from_backend);
                debug!(
                    peer,
                    outcome = outcome.code(),
                    gate,
                    from_client,
                    from_backend,
                    suppressed,
                    "connection ended"
                );
            }
            drop(self.permit);
        }
    }

    /// Logs what an operator looks for when a player complains.
    fn explain(&self, outcome: Outcome, report: Report) {
        let gate = self.service.name();
        if self.is_tls {
            self.shared
                .explain_tls_passed_on(self.peer, gate, report.from_backend);
        }
        let first = self.relay.backend_ended_first();
        if by_backend(outcome, first, self.begun, &self.service) {
            let bytes = [report.from_client, report.from_backend];
            self.shared
                .tell_end_by_backend(outcome, (self.peer, gate), bytes);
        }
    }
}

/// Whether a game server broke a connection off, or ended one that was past its beginning: it may have crashed. A server
/// that answers once and closes is not worth a line.
pub(super) fn by_backend(
    outcome: Outcome,
    ended_first: bool,
    begun: Instant,
    service: &Service,
) -> bool {
    let cut = matches!(outcome, Outcome::BackendReset | Outcome::BackendLost);
    let ended = matches!(
        outcome,
        Outcome::Relayed | Outcome::Bridged | Outcome::ClientReset | Outcome::ClientTruncated
    );
    cut || ended && ended_first && begun.elapsed() >= service.deadlines.request
}
