//! Connects to a backend for a client that waits for its WebSocket, as long as the client is there.
//!
//! A client that has left needs no backend, and must not occupy a place in its address's limit while a silent server is
//! tried. What the client sends in the meantime is kept for the bridge, up to a limit.

use std::future::poll_fn;
use std::sync::Arc;

use flashgate_config::snapshot::Gate;
use flashgate_relay::Stop;
use tokio::net::TcpStream;

use super::reading::receive;
use crate::connection::backends::{Role, Whose};
use crate::connection::not_reached::NotReached;
use crate::connection::waiting::Waiting;

/// How many bytes are read from a client that should wait: a few frames, sent too early.
const EARLY: usize = 4 * 1024;

/// The result.
pub(super) enum Dialled {
    /// The backend, or why it could not be reached.
    Done(Result<TcpStream, NotReached>),
    /// The client has closed its side.
    ClientEnded,
    /// The client's connection has failed.
    ClientFailed,
    /// A stop cuts all connections.
    Stopped,
}

/// Connects, unless the client leaves.
pub(super) async fn while_there(waiting: &mut Waiting, gate: &Gate, whose: Whose<'_>) -> Dialled {
    let (shared, service) = (Arc::clone(&waiting.shared), Arc::clone(&waiting.service));
    tokio::select! {
        // A server on this machine connects before anything else is polled.
        biased;
        dialled = shared.reach(gate, Role::Game, &gate.backend, &service, whose) => Dialled::Done(dialled),
        () = cut(&shared.stop) => Dialled::Stopped,
        left = left(waiting) => left,
    }
}

async fn cut(stop: &Stop) {
    let mut stopping = stop.subscribe();
    poll_fn(|context| stopping.poll(context)).await;
}

/// Reads until the client has left. Stops reading from a client that sends too much.
async fn left(waiting: &mut Waiting) -> Dialled {
    let most = waiting.early.len() + EARLY;
    while waiting.early.len() < most {
        match receive(&mut waiting.stream, &mut waiting.early).await {
            Ok(0) => return Dialled::ClientEnded,
            Ok(_) => {}
            Err(_) => return Dialled::ClientFailed,
        }
    }
    std::future::pending().await
}
