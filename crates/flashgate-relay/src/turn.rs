//! A turn: what one direction moves before others have theirs, and what it waits for then.

use std::io::{self, ErrorKind};
use std::pin::pin;
use std::task::{Context, Poll};

use rustix::io::Errno;

/// What one direction may move before others have their turn; a full pipe may come on top.
pub(super) const TURN: usize = 256 * 1024;

/// What a step counts at least, so that steps without a byte come to an end too.
const STEP: usize = 4 * 1024;

/// What a direction waits for; the task is woken when it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waits {
    /// Bytes, or the end.
    Source,
    /// Room.
    Sink,
    /// Others: there may be more to do at once.
    Turn,
    /// Nothing: the end was passed on.
    Nothing,
}

/// What came of the smallest thing that a direction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TransferStep {
    Moved(usize),
    Waits(Waits),
}

/// Which end of a direction failed, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct TransferError {
    pub(super) at: FailedEnd,
    pub(super) error: Errno,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum FailedEnd {
    Source,
    Sink,
    /// Not a socket, but the TLS on it.
    Session,
}

impl TransferError {
    pub(super) const fn source(error: Errno) -> Self {
        let at = FailedEnd::Source;
        Self { at, error }
    }

    pub(super) const fn sink(error: Errno) -> Self {
        let at = FailedEnd::Sink;
        Self { at, error }
    }

    pub(super) const fn session() -> Self {
        let (at, error) = (FailedEnd::Session, Errno::PROTO);
        Self { at, error }
    }
}

/// Takes steps until one must wait for something, or a turn is over. `wait` says whether it is there after all.
pub(super) fn turn(
    mut step: impl FnMut() -> Result<TransferStep, TransferError>,
    mut wait: impl FnMut(Waits) -> Poll<Result<(), TransferError>>,
) -> Result<Waits, TransferError> {
    let mut left = TURN;
    while left > 0 {
        let moved = match step()? {
            TransferStep::Moved(count) => count,
            TransferStep::Waits(waits) => match wait(waits) {
                Poll::Pending => return Ok(waits),
                Poll::Ready(ready) => ready.map(|()| 0)?,
            },
        };
        left = left.saturating_sub(moved.max(STEP));
    }
    Ok(Waits::Turn)
}

/// Asks to be polled again after every other task and every socket had its turn.
pub(super) fn give_way(context: &mut Context<'_>) {
    // The first poll is always pending, and puts the waker where tokio looks after it has asked the kernel for events.
    let _ = pin!(tokio::task::yield_now()).poll(context);
}

/// The system's number for an error. What breaks TLS is the peer's doing, as a reset is.
pub(super) fn errno(error: &io::Error) -> Errno {
    let is_reset = matches!(
        error.kind(),
        ErrorKind::ConnectionReset
            | ErrorKind::BrokenPipe
            | ErrorKind::NotConnected
            | ErrorKind::ConnectionAborted
            | ErrorKind::InvalidData
    );
    let otherwise = if is_reset {
        Errno::CONNRESET
    } else {
        Errno::IO
    };
    Errno::from_io_error(error).unwrap_or(otherwise)
}
