//! A connection for the server behind a gate. The gate connects to the server and forwards everything unchanged.
//!
//! The bytes that were read to recognize the connection go first.

use flash_policy::accept::First;
use flashgate_config::snapshot::{Backend, Gate};
use flashgate_relay::{Preface, Relay};
use flashgate_wire::proxy_header::Addresses;

use super::backends::{Role, Whose};
use super::client::ClientStream;
use super::passed::Passed;
use super::waiting::{Next, ReachedServer, Waiting};
use super::{ConnectionOutcome, relay_timeouts};

/// Connects to the backend, and forwards the connection to it.
pub(super) async fn dial(
    waiting: &mut Waiting,
    gate: &Gate,
    role: Role,
    backend: &Backend,
) -> Next {
    if let Err(over) = waiting.shared.permits.has_room_to_pass_on() {
        // Don't bother the backend with a client that will be refused.
        return waiting.turn_away(over);
    }
    let (peer, origin) = (waiting.client(), None);
    let whose = Whose { peer, origin };
    let dialled = (waiting.shared).reach(gate, role, backend, &waiting.service, whose);
    match dialled.await {
        Ok(backend) => {
            let header = match role {
                Role::Game => header(gate, waiting),
                // HTTP is forwarded byte for byte.
                Role::Http => Vec::new(),
            };
            waiting.pass_on(backend, header)
        }
        // The failure has been logged.
        Err(_) => Next::LetGo(ConnectionOutcome::BackendUnreachable),
    }
}

/// The PROXY header for the backend, if it wants one.
///
/// A client that has disconnected still gets a header, because a backend that expects one accepts nothing else.
pub(super) fn header(gate: &Gate, waiting: &Waiting) -> Vec<u8> {
    let own = || {
        let source = waiting.peer?;
        // Unlike the peer's address, it is available for as long as the socket is open.
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

/// Forwards the connection in a task that holds only the relay.
pub(super) fn relay(waiting: Waiting, backend: ReachedServer) {
    let (passed, client, read, early) = Passed::of(waiting);
    let ReachedServer { stream, header } = backend;
    let preface = Preface {
        header: &header,
        bytes: &[read.bytes(), &early].concat(),
    };
    let (timeouts, stop) = (
        relay_timeouts(passed.service.deadlines),
        &passed.shared.stop,
    );
    // Whether the backend gets TLS.
    let is_tls = !client.is_secure() && read.first() == Some(First::Tls);
    let mut relay = match client {
        ClientStream::Plain(client) => Relay::new(client, stream, preface, timeouts, stop),
        ClientStream::Secure(client) => Relay::secure(*client, stream, preface, timeouts, stop),
    };
    tokio::spawn(async move {
        let report = (&mut relay).await;
        let outcome = ConnectionOutcome::from(report.end);
        let (gate, shared) = (passed.service.name(), &passed.shared);
        shared.count(outcome);
        if is_tls {
            shared.explain_tls_passed_on(passed.peer, gate, report.from_backend);
        }
        passed.tell(gate, outcome, &report);
        drop(passed.permit);
    });
}
