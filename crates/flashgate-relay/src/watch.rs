//! Notices events on a side that is not being read.
//!
//! If a side has ended, or the other side does not read, no read reports a reset. Waiting for room to write does:
//! every event on a socket, including an error, announces room. So does the acknowledgement of our own end of stream.

use std::task::Context;

use rustix::io::Errno;
use tokio::net::TcpStream;

use super::socket::{failure, forget_room, has_ended};
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
    /// Both directions are shut down: there is nothing left to notice, and it would be announced without end.
    HungUp,
}

impl Watch {
    /// Checks a side, given what the directions from it and to it wait for. The task is woken by new events.
    pub(super) fn poll(
        &mut self,
        context: &mut Context<'_>,
        stream: &TcpStream,
        from: Waits,
        to: Waits,
    ) -> Result<(), Errno> {
        // A direction that reads or writes here notices an error without this.
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

    /// Whether this side has ended, possibly after bytes that there is no room for yet.
    pub(super) const fn ended(&self) -> bool {
        self.ended
    }

    /// Whether an event has occurred here since our end of stream was sent. Usually this is its acknowledgement.
    pub(super) const fn took_end(&self) -> bool {
        self.took_end
    }
}
