//! The fast path: the request has arrived when the socket is accepted. It takes five system calls and no allocation.
//!
//! These are `accept4`, `recv`, `send`, `shutdown` and `close`. The reply is sent with `MSG_MORE`, followed by the
//! shutdown, so that data and FIN leave in one segment. The state machine says whether the socket can be closed at
//! once. It can only if exactly a player's 23 bytes were read. Everything else continues in a task. If more data
//! arrives between the read and the close, the reply has left before the reset that this causes. A `close` alone would
//! discard the data that `MSG_MORE` holds back.

use std::os::fd::OwnedFd;

use flash_policy::Moment;
use flash_policy::accept::{AcceptConfig, Closing, Completion, First, Operation, ServerSide};
use flashgate_config::snapshot::Service;
use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};

use super::ConnectionOutcome;
use super::policy::{finish, send};
use crate::fault;

/// How far the first attempt got.
pub(super) enum Answer<'a> {
    /// The whole answer and the FIN were sent.
    Done,
    /// The client is gone.
    Gone(ConnectionOutcome),
    /// A task must continue.
    Unfinished(ServerSide<&'a AcceptConfig>),
}

/// Nothing here waits, so no time passes.
const NOW: Moment = Moment::ZERO;

/// Reads once, and writes and shuts down once if the state machine asks for it.
pub(super) fn answer<'a>(socket: &OwnedFd, service: &'a Service) -> Answer<'a> {
    fault::point(fault::Point::Fast);
    let mut side = ServerSide::new(&*service.accept, NOW);
    match recv(socket, side.room(), RecvFlags::DONTWAIT) {
        Ok((count, _)) => side.handle(Completion::Read(count), NOW),
        Err(Errno::AGAIN | Errno::INTR) => return Answer::Unfinished(side),
        Err(_) => return Answer::Gone(ConnectionOutcome::PeerFailed),
    }
    match side.poll(NOW) {
        Operation::Write { bytes, .. } => match send(socket, bytes) {
            Ok(count) => side.handle(Completion::Wrote(count), NOW),
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(_) => return Answer::Gone(ConnectionOutcome::WriteFailed),
        },
        // Behind a gate, the server decides what to do with such a connection.
        Operation::HandOn(First::End) if !service.passes_on() => {
            return Answer::Gone(ConnectionOutcome::EndedEarly);
        }
        Operation::Read { .. }
        | Operation::Close(_)
        | Operation::HandOn(_)
        | Operation::Abort(_) => return Answer::Unfinished(side),
    }
    if let Operation::Close(Closing::End { .. }) = side.poll(NOW) {
        finish(socket);
        side.handle(Completion::Ended, NOW);
    }
    if let Operation::Close(Closing::Done(_)) = side.poll(NOW) {
        Answer::Done
    } else {
        Answer::Unfinished(side)
    }
}
