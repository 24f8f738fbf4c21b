//! The request is already there when the socket is accepted: answered with five system calls and no allocation.
//!
//! `accept4`, `recv`, `send`, `shutdown`, `close`. The reply is sent with `MSG_MORE` and the stream ended behind it, so
//! that data and FIN leave in one segment. The machine says whether closing is safe at once, which it is only where exactly
//! a player's 23 bytes were read: anything else goes on in a task. Should more come between the read and the close, the reply
//! has left before the reset that it causes; a `close` alone would throw away what `MSG_MORE` holds back.

use std::os::fd::OwnedFd;

use flash_policy::accept::{
    AcceptConfig, Closing, Completion, First, Moment, Operation, ServerSide,
};
use flashgate_config::snapshot::Service;
use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};

use super::ConnectionOutcome;
use super::policy::{finish, send};
use crate::fault;

/// How far the first attempt came.
pub(super) enum Answer<'a> {
    /// Answered whole, and the FIN sent.
    Done,
    /// There is nobody left to answer.
    Gone(ConnectionOutcome),
    /// A task must go on.
    Unfinished(ServerSide<&'a AcceptConfig>),
}

/// Nothing is waited for here, so no time passes.
const NOW: Moment = Moment::ZERO;

/// Reads once, and writes and ends once if the machine asks for it.
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
        // Behind a gate it is for the server to say what such a connection is worth.
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
