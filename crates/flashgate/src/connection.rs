//! One connection, from accept to close.
//!
//! [`start`] answers at once if the request has already arrived. Otherwise a task takes over. This module knows nothing
//! about listeners, signals or flags.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use flash_policy::REQUEST;
use flash_policy::accept::{IfDropped, Operation};
use flashgate_config::ruffle::Doors;
use flashgate_config::snapshot::{Deadlines, Service};
use flashgate_relay::RelayTimeouts;
use tokio::net::TcpStream;
use tokio_flash_policy::Driver;

mod asked;
mod backends;
mod balancer;
mod client;
mod dial;
mod fast;
mod gate;
mod handshake;
mod hints;
mod http;
mod letting_go;
mod mistake;
mod names;
mod not_reached;
mod ours;
mod outcome;
mod passed;
pub(crate) mod peer;
mod policy;
mod shared;
mod silence;
mod steps;
mod tell;
#[cfg(test)]
mod tests;
mod waiting;

use crate::limits::Subscriber;
pub(crate) use backends::{BackendStatus, Role};
use client::ClientStream;
pub(crate) use outcome::{ConnectionOutcome, reference as outcomes_reference};
pub(crate) use shared::Shared;
use shared::{Bridging, some};
use waiting::{Accepting, Sender, Waiting, Witness, accepting};

/// The time limits of a relay.
const fn relay_timeouts(deadlines: Deadlines) -> RelayTimeouts {
    RelayTimeouts {
        half_open: deadlines.half_open,
        idle: deadlines.idle,
    }
}

/// Serves an accepted socket: at once if its request has arrived, otherwise in its own task. Returns whether it has a
/// task.
pub(crate) fn start(
    socket: OwnedFd,
    peer: Option<SocketAddr>,
    service: &Arc<Service>,
    doors: &Arc<Doors>,
    shared: &Arc<Shared>,
) -> bool {
    let Some((subscriber, accepting, sender)) = begin(&socket, peer, service, shared) else {
        return false;
    };
    let permit = (shared.permits).take(subscriber, peer, service.descriptors());
    match TcpStream::from_std(socket.into()) {
        Ok(stream) => {
            go_on(Waiting {
                stream: ClientStream::Plain(stream),
                accepting,
                permit,
                service: Arc::clone(service),
                doors: Arc::clone(doors),
                shared: Witness(Arc::clone(shared)),
                sender,
                peer,
                told: None,
                early: Vec::new(),
                asked: None,
            });
            true
        }
        Err(error) => {
            shared.count(ConnectionOutcome::SystemFailed);
            shared.tell_unwatched(&error);
            false
        }
    }
}

/// Reads once, unless a proxy's header comes first. `None` if the connection is over.
fn begin(
    socket: &OwnedFd,
    peer: Option<SocketAddr>,
    service: &Arc<Service>,
    shared: &Shared,
) -> Option<(Option<Subscriber>, Accepting, Sender)> {
    if service.expects_proxy(peer) {
        // The PROXY header shows which client it is, and so which limits apply.
        return Some((None, accepting(service), Sender::Balancer));
    }
    if service.trusts_forwarded_for(peer) {
        // The forwarded request shows which client it is.
        return Some((None, accepting(service), Sender::Proxy));
    }
    let subscriber = match peer.map_or(Ok(None), |peer| shared.permits.admit(peer.ip())) {
        Ok(subscriber) => subscriber,
        Err(over) => {
            shared.refuse(peer, over);
            return None;
        }
    };
    let outcome = match fast::answer(socket, service) {
        fast::Answer::Unfinished(side) => {
            let side = side.with_config(Arc::clone(&service.accept));
            return Some((subscriber, Driver::new(side), Sender::Client));
        }
        fast::Answer::Done => {
            // At once after exactly a player's request.
            shared.explain_answer(peer, REQUEST, service);
            ConnectionOutcome::Answered
        }
        fast::Answer::Gone(outcome) => outcome,
    };
    shared.count_fast(peer, outcome);
    None
}

/// Starts the task for the rest of a connection. Until it is recognized, it can be evicted for another connection.
fn go_on(mut waiting: Waiting) {
    if waiting.service.stopping {
        waiting.permit.late();
    }
    if let Operation::Write { .. } | Operation::Close(_) = waiting.accepting.poll() {
        // Part of the reply is sent: don't evict this connection, and reset it if the rest can't follow.
        waiting.permit.answering();
        if waiting.accepting.if_dropped() == IfDropped::Reset {
            policy::if_dropped(waiting.stream.tcp(), IfDropped::Reset);
        }
    }
    let unfinished = waiting.permit.unrecognized();
    let task = tokio::spawn(waiting.run());
    if let Some(unfinished) = unfinished {
        unfinished.runs_in(task.abort_handle());
    }
}
