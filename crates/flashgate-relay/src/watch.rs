//! Notices what happens to a side from which nothing is read at the moment.
//!
//! Where a side has ended, or the other takes nothing, no read tells that it was reset meanwhile. Waiting for room on
//! it does: every event on a socket says that there is room, a failure among them. The acknowledgement of our own end
//! of stream is such an event too.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use rustix::io::Errno;
use tokio::io::Interest;
use tokio::net::TcpStream;

use super::socket::{failure, forget_room};
use super::turn::Waits;

#[derive(Debug, Default)]
pub(super) struct Watch {
    state: WatchState,
    took_end: bool,
    ended: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum WatchState {
    #[default]
    Unarmed,
    Armed,
    /// Both ways are shut: there is nothing left to notice, and it would be announced for ever.
    HungUp,
}

impl Watch {
    /// Looks at a side, given what the directions from it and to it wait for; the task is woken when there is news.
    pub(super) fn poll(
        &mut self,
        context: &mut Context<'_>,
        stream: &TcpStream,
        from: Waits,
        to: Waits,
    ) -> Result<(), Errno> {
        // Whoever reads or writes here notices a failure without this.
        let unread = from != Waits::Source && to != Waits::Sink;
        let unnoticed = unread || to == Waits::Nothing;
        if !unnoticed || self.state == WatchState::HungUp {
            return Ok(());
        }
        self.ended |= has_ended(stream);
        if self.state == WatchState::Unarmed {
            forget_room(stream);
        }
        if stream.poll_write_ready(context).is_pending() {
            self.state = WatchState::Armed;
            return Ok(());
        }
        if let Some(error) = failure(stream) {
            return Err(error);
        }
        self.took_end |= to == Waits::Nothing;
        forget_room(stream);
        self.state = if stream.poll_write_ready(context).is_pending() {
            WatchState::Armed
        } else {
            WatchState::HungUp
        };
        Ok(())
    }

    /// Whether this side has ended, be it behind bytes for which there is no room yet.
    pub(super) const fn ended(&self) -> bool {
        self.ended
    }

    /// Whether something has happened here since our end of stream was sent: its acknowledgement, mostly.
    pub(super) const fn took_end(&self) -> bool {
        self.took_end
    }
}

/// Whether the end of stream was announced, read or not.
fn has_ended(stream: &TcpStream) -> bool {
    let ready = pin!(stream.ready(Interest::READABLE));
    // Asked once: what is known now, not what will be.
    match ready.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(ready)) => ready.is_read_closed(),
        Poll::Ready(Err(_)) | Poll::Pending => false,
    }
}
