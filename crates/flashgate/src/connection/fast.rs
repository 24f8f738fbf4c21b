//! The request is already there when the socket is accepted: answered with five system calls and no allocation.
//!
//! `accept4`, `recv`, `send`, `shutdown`, `close`. The reply is sent with `MSG_MORE` and the stream ended behind it, so
//! that data and FIN leave in one segment. Closing is safe at once only where exactly a player's 23 bytes were read:
//! anything else takes the lingering way. Should more come between the read and the close, the reply has left before the
//! reset that it causes; a `close` alone would throw away what `MSG_MORE` holds back.

use std::os::fd::OwnedFd;

use flashgate_config::snapshot::Service;
use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};
use tokio_flash_policy::{First, Opening, Rest};

use super::Outcome;
use super::policy::{Sent, finish, send};
use crate::fault;

/// How far the first attempt came.
pub(super) enum Answer {
    /// Answered whole, and the FIN sent.
    Done,
    /// There is nobody left to answer.
    Gone(Outcome),
    /// A task must go on.
    Unfinished(Progress),
}

/// What a task goes on with.
#[derive(Default)]
pub(super) struct Progress {
    pub(super) opening: Opening,
    /// How many bytes of the reply are out.
    pub(super) sent: usize,
}

/// Reads once, and answers if that was the whole request and nothing else.
pub(super) fn answer(socket: &OwnedFd, service: &Service) -> Answer {
    fault::point(fault::Point::Fast);
    let mut opening = Opening::new();
    match opening.fill(|room| recv(socket, room, RecvFlags::DONTWAIT).map(|(count, _)| count)) {
        // Behind a gate it is for the server to say what such a connection is worth.
        Ok(0) if !service.passes_on() => return Answer::Gone(Outcome::EndedEarly),
        Ok(_) => {}
        Err(Errno::AGAIN | Errno::INTR) => {
            return Answer::Unfinished(Progress { opening, sent: 0 });
        }
        Err(_) => return Answer::Gone(Outcome::PeerFailed),
    }
    let first = opening.first();
    let (Some(First::Policy(Rest::Nothing)), Some(policy)) = (first, service.policy()) else {
        return Answer::Unfinished(Progress { opening, sent: 0 });
    };
    match send(socket, policy.reply.as_bytes()) {
        Sent::All => {
            finish(socket);
            Answer::Done
        }
        Sent::Part(sent) => Answer::Unfinished(Progress { opening, sent }),
        Sent::Failed => Answer::Gone(Outcome::WriteFailed),
    }
}
