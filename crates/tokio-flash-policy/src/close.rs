//! Drives `flash_policy::accept::LingeringClose`, which knows why a close takes care.

use std::io;

use flash_policy::accept::{CloseReason, Closing, Completion, Linger, LingeringClose};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::clock::Clock;
use crate::operations::{discard, end};

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Closed {
    /// Both sides ended it.
    Cleanly,
    /// The peer stayed silent for [`Linger::between_reads`].
    Silence,
    /// The peer was still sending when [`Linger::total`] was over.
    TimeUp,
    /// The peer sent more than [`Linger::bytes`].
    TooMuch,
    /// The connection failed: reset by the peer, mostly.
    Failed(io::ErrorKind),
}

impl Closed {
    pub(crate) const fn new(reason: CloseReason) -> Self {
        match reason {
            CloseReason::Cleanly => Self::Cleanly,
            CloseReason::Silence => Self::Silence,
            CloseReason::TimeUp => Self::TimeUp,
            CloseReason::TooMuch => Self::TooMuch,
            CloseReason::Failed | _ => Self::Failed(io::ErrorKind::Other),
        }
    }
}

/// Ends the stream and reads on until the peer does, within limits.
///
/// Everything must have been written before. Dropping the stream afterwards loses nothing that could arrive.
pub async fn close<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, linger: Linger) -> Closed {
    let clock = Clock::start();
    let mut close = LingeringClose::new(linger, clock.now());
    loop {
        let done = match close.poll(clock.now()) {
            Closing::End { until } => clock.by(until, end(stream), |()| Completion::Ended).await,
            Closing::Discard { until } => clock.by(until, discard(stream), Completion::Read).await,
            Closing::Done(reason) => return Closed::new(reason),
        };
        match done {
            Some(Ok(completion)) => close.handle(completion, clock.now()),
            Some(Err(error)) => return Closed::Failed(error.kind()),
            None => {}
        }
    }
}
