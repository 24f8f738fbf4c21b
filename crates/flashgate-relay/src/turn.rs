//! A turn: what one direction moves before other tasks run, and what it waits for afterwards.

use std::io::{self, ErrorKind};
use std::pin::pin;
use std::task::{Context, Poll};

use rustix::io::Errno;

/// What one direction may move before other tasks run. A full pipe may be added to that.
pub(super) const TURN: usize = 256 * 1024;

/// The least that a step counts, so that steps without bytes also end a turn.
const STEP: usize = 4 * 1024;

/// What a direction waits for. The task is woken when it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waits {
    /// Bytes or the end.
    Source,
    /// Room to write.
    Sink,
    /// Other tasks: there may be more to do immediately.
    Turn,
    /// Nothing: the end was passed on.
    Nothing,
}

/// The result of the smallest step of a direction.
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
    /// The TLS session, not a socket.
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

/// Takes steps until one must wait for something, or a turn is over. `wait` returns whether it happened in the
/// meantime.
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

/// Asks to be polled again after every other task and socket had its turn.
pub(super) fn give_way(context: &mut Context<'_>) {
    // The first poll is always pending. It registers the waker where tokio looks after it has asked the kernel for
    // events.
    let _ = pin!(tokio::task::yield_now()).poll(context);
}

/// The system's number for an error. Invalid TLS counts as a reset, because the peer caused it.
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
