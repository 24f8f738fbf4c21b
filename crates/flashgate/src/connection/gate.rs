//! A connection that is for the server behind a gate: dialled, and passed on as if the gate were not there.
//!
//! What was read to recognise it goes first, to the byte. A client that is silent may wait for the server to speak: it
//! gets the server, and its policy request is still answered until the server's first byte has come.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_flash_policy::{First, Timing, close};
use tracing::debug;
use tracing::field::display;

use super::client::Client;
use super::dial::dial;
use super::proxy_header::Addresses;
use super::relay::{Opening, Relay};
use super::waiting::{Waiting, Witness};
use super::{Outcome, some};
use crate::daemon::{OverLimit, Permit};
use crate::snapshot::{Gate, Service};

/// Dials the backend and starts the relay; or answers, where a silent client asks for the policy after all. Where it
/// wants TLS after all, it comes back.
pub(super) async fn pass(
    mut waiting: Waiting,
    first: First,
    told: Option<Addresses>,
    peer: Option<SocketAddr>,
) -> Option<Waiting> {
    let service = Arc::clone(&waiting.service);
    let gate = service.gate.as_ref()?;
    let header = header(gate, told, waiting.stream.tcp());
    let (first, dialled) = if first == First::Silent {
        listen_while_dialling(&mut waiting, gate, &header).await
    } else {
        (first, None)
    };
    if let First::Policy(rest) = first {
        // The client may linger; the backend has nothing to wait for.
        drop(dialled);
        waiting.answer(rest, peer).await;
        return None;
    }
    if first == First::Tls && waiting.is_offered_tls() {
        return Some(waiting);
    }
    if dialled.is_none()
        && let Err(over) = waiting.shared.permits.has_room_to_pass_on()
    {
        // A backend need not hear of whom it will not get.
        turn_away(waiting, peer, over).await;
        return None;
    }
    let http = gate.http_backend.as_ref().filter(|_| first == First::Http);
    let backend = http.unwrap_or(&gate.backend);
    let limit = waiting.shared.deadlines().backend_connect;
    let dialled = match dialled.filter(|_| http.is_none()) {
        Some(dialled) => dialled,
        None => dial(backend, limit).await.map(|stream| (stream, 0)),
    };
    match dialled {
        Ok((stream, sent)) => {
            waiting.shared.backends.reached(&gate.name, backend);
            if let Err(over) = waiting.permit.relaying() {
                turn_away(waiting, peer, over).await;
                return None;
            }
            // HTTP goes to its server byte for byte.
            let unsent = header.get(sent..).filter(|_| http.is_none());
            relay(waiting, stream, unsent.unwrap_or_default(), peer);
        }
        Err(error) => {
            waiting.shared.backends.failed(&gate.name, backend, &error);
            let_go(waiting, peer).await;
        }
    }
    None
}

/// The backend, and how much of the PROXY header it has got.
type Dialled = Option<io::Result<(TcpStream, usize)>>;

/// What a silent client turns out to be: one that speaks after all, or one that hears the server first.
async fn listen_while_dialling(
    waiting: &mut Waiting,
    gate: &Gate,
    header: &[u8],
) -> (First, Dialled) {
    let deadlines = waiting.shared.deadlines();
    let offers_tls = waiting.is_offered_tls();
    let left = deadlines.request.saturating_sub(gate.speaks_first_after);
    let timing = Timing::default().request(left).http(gate.http());
    let mut dialling = pin!(dial(&gate.backend, deadlines.backend_connect));
    let mut reading = pin!(waiting.progress.opening.read(&mut waiting.stream, timing));
    let mut backend = None;
    let first = loop {
        tokio::select! {
            biased;
            first = &mut reading => break first.unwrap_or(First::Other),
            dialled = &mut dialling, if backend.is_none() => match dialled {
                Ok(stream) => backend = Some(introduce(stream, header)),
                Err(error) => return (First::Silent, Some(Err(error))),
            },
            () = has_spoken(backend.as_ref()) => return (First::Silent, backend.map(Ok)),
        }
    };
    let wanted = match first {
        First::Policy(_) => false,
        First::Http => gate.http_backend.is_none(),
        First::Tls => !offers_tls,
        First::Other | First::Silent | First::Deadline | First::End | _ => true,
    };
    match backend {
        Some(backend) => (first, Some(Ok(backend))),
        // What was begun is not begun anew.
        None if wanted => (first, Some(dialling.await.map(|stream| (stream, 0)))),
        None => (first, None),
    }
}

/// Sends the PROXY header: a backend that greets first does not before it has read it.
fn introduce(backend: TcpStream, header: &[u8]) -> (TcpStream, usize) {
    // What finds no room, or fails, is left to the relay.
    let sent = backend.try_write(header).unwrap_or_default();
    (backend, sent)
}

/// Waits for the backend's first byte, or its end.
async fn has_spoken(backend: Option<&(TcpStream, usize)>) {
    match backend {
        // An error is for the relay to find.
        Some((backend, _)) => drop(backend.readable().await),
        None => std::future::pending().await,
    }
}

/// The PROXY header for the backend, if it is to have one.
pub(super) fn header(gate: &Gate, told: Option<Addresses>, client: &TcpStream) -> Vec<u8> {
    let own = || {
        let (source, destination) = (client.peer_addr().ok()?, client.local_addr().ok()?);
        Some(Addresses {
            source,
            destination,
        })
    };
    let header = |version| told.or_else(own).map(|told| told.header(version));
    gate.send_proxy.and_then(header).unwrap_or_default()
}

/// A clean end for a client that has no server; the failure was told.
async fn let_go(waiting: Waiting, peer: Option<SocketAddr>) {
    end(waiting, peer, Outcome::BackendUnreachable).await;
}

/// The same for one that would be one too many.
async fn turn_away(waiting: Waiting, peer: Option<SocketAddr>, over: OverLimit) {
    waiting.shared.tell_over_limit(peer, over);
    end(waiting, peer, Outcome::OverLimit).await;
}

async fn end(mut waiting: Waiting, peer: Option<SocketAddr>, outcome: Outcome) {
    waiting.permit.lingering();
    let linger = waiting.shared.deadlines().linger;
    tokio::select! {
        _ = close(&mut waiting.stream, linger) => {}
        () = waiting.permit.wanted() => {}
    }
    waiting.end(outcome, peer);
}

/// Passes the connection on, in a task that holds nothing but the relay.
fn relay(waiting: Waiting, backend: TcpStream, header: &[u8], peer: Option<SocketAddr>) {
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
    let limits = shared.deadlines().relay();
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
}
