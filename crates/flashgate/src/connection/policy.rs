//! The reply: one write, and then a close that loses nothing.

use std::os::fd::AsFd;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::SendFlags;
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_flash_policy::{Closed, Linger, Rest, close};

use super::Outcome;
use crate::daemon::Permit;

/// How long a peer may take to make room for the reply.
const WRITE_LIMIT: Duration = Duration::from_secs(10);

/// How much of a reply the kernel took.
pub(super) enum Sent {
    All,
    Part(usize),
    Failed,
}

/// Sends what it can in one write. The FIN that must follow goes into the same segment.
pub(super) fn send(socket: &impl AsFd, bytes: &[u8]) -> Sent {
    match rustix::net::send(
        socket,
        bytes,
        SendFlags::MORE | SendFlags::NOSIGNAL | SendFlags::DONTWAIT,
    ) {
        Ok(count) if count == bytes.len() => Sent::All,
        Ok(count) => Sent::Part(count),
        Err(Errno::AGAIN | Errno::INTR) => Sent::Part(0),
        Err(_) => Sent::Failed,
    }
}

/// Answers on a connection whose request is known, from the `sent`th byte of the reply on.
pub(super) async fn answer(
    stream: &mut TcpStream,
    permit: &mut Permit,
    reply: &[u8],
    sent: usize,
    rest: Rest,
    linger: Linger,
) -> Outcome {
    permit.answering();
    if !matches!(
        timeout(WRITE_LIMIT, write(stream, reply, sent)).await,
        Ok(true)
    ) {
        // Set before, and once more for a peer that took nothing at all.
        at_close(stream, End::Reset);
        return Outcome::WriteFailed;
    }
    if rest == Rest::Nothing {
        return Outcome::Answered;
    }
    permit.lingering();
    tokio::select! {
        closed = close(stream, linger) => match closed {
            Closed::Cleanly => Outcome::Answered,
            Closed::Silence | Closed::TimeUp | Closed::Failed(_) | _ => Outcome::AnsweredThenCut,
        },
        () = permit.wanted() => Outcome::AnsweredThenCut,
    }
}

/// How a close ends the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Cleanly,
    Reset,
}

fn at_close(stream: &TcpStream, end: End) {
    let linger = (end == End::Reset).then_some(Duration::ZERO);
    let _ = SockRef::from(stream).set_linger(linger);
}

/// Writes until everything is out; false if the peer has failed.
async fn write(stream: &TcpStream, bytes: &[u8], mut sent: usize) -> bool {
    let mut end = End::Cleanly;
    loop {
        match send(stream, bytes.get(sent..).unwrap_or_default()) {
            Sent::All => {
                if end == End::Reset {
                    at_close(stream, End::Cleanly);
                }
                return true;
            }
            Sent::Failed => return false,
            Sent::Part(count) => sent += count,
        }
        // A clean end after half a policy would pass for a whole one. A reset does not, whatever ends this before it
        // is whole: the limit, a stop, or the process's own end.
        if end == End::Cleanly {
            end = End::Reset;
            at_close(stream, end);
        }
        // A send that found no room clears the readiness, so that the next wait is a true one.
        let full = || Err::<(), _>(std::io::ErrorKind::WouldBlock.into());
        let _ = stream.try_io(tokio::io::Interest::WRITABLE, full);
        if stream.writable().await.is_err() {
            return false;
        }
    }
}
