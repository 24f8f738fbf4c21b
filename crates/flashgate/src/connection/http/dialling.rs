//! Dialling a backend for a client that waits for its WebSocket, as long as there is somebody to wait for.
//!
//! A client that leaves is worth no connection to a server, and must not hold its place among its address' relays for as
//! long as a silent server takes. What it sends meanwhile is kept for the bridge, up to a bound.

use std::future::poll_fn;
use std::sync::Arc;

use flashgate_config::snapshot::Gate;
use flashgate_relay::Stop;
use tokio::net::TcpStream;

use super::reading::receive;
use crate::connection::backends::{Role, Whose};
use crate::connection::not_reached::NotReached;
use crate::connection::waiting::Waiting;

/// What is read of a client that should wait: some frames, sent too early.
const EARLY: usize = 4 * 1024;

/// What came of it.
pub(super) enum Dialled {
    /// The backend, or why there is none.
    Done(Result<TcpStream, NotReached>),
    /// The client has ended its side.
    ClientEnded,
    /// The client's connection has failed.
    ClientFailed,
    /// A stop waits no longer.
    Stopped,
}

/// Connects, unless nobody is there for it any more.
pub(super) async fn while_there(waiting: &mut Waiting, gate: &Gate, whose: Whose<'_>) -> Dialled {
    let (shared, service) = (Arc::clone(&waiting.shared), Arc::clone(&waiting.service));
    tokio::select! {
        // A server on this machine is reached before anything else is asked.
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

/// Reads until the client has left; of one that sends too much no more is looked at.
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
