//! The permit of one connection, and the connection's stage.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::task::AbortHandle;

use super::crowd::MemberKey;
use super::lingering::LingeringSlot;
use super::per_address::{OverLimit, Subscriber};
use super::permits::Permits;
use super::sync::Ordering;
use super::unrecognized::Evicted;

/// A permit for one connection. Dropping it makes room.
#[derive(Debug)]
pub(crate) struct Permit {
    permits: Arc<Permits>,
    subscriber: Option<Subscriber>,
    stage: Stage,
    /// How many descriptors the connection may need.
    descriptors: u8,
    /// Whether it came after a stop had begun, which does not wait for it.
    is_late: bool,
}

impl Permits {
    /// Takes a place even if none is left. The accept loop checks [`has_room`](Self::has_room) first.
    ///
    /// A connection that may be forwarded reserves its second descriptor at once, because it could not wait for it
    /// later.
    pub(crate) fn take(
        self: &Arc<Self>,
        subscriber: Option<Subscriber>,
        peer: Option<SocketAddr>,
        descriptors: u8,
    ) -> Permit {
        self.open.fetch_add(1, Ordering::Relaxed);
        self.early.fetch_add(1, Ordering::Relaxed);
        self.taken
            .fetch_add(usize::from(descriptors), Ordering::Relaxed);
        if let Some(subscriber) = subscriber {
            self.per_address().opened(subscriber);
        }
        Permit::new(Arc::clone(self), subscriber, peer, descriptors)
    }
}

/// The stage of a connection.
#[derive(Debug)]
enum Stage {
    /// Waiting for its request, or for its backend.
    Waiting(MemberKey),
    /// Being answered.
    Answering,
    /// Answered, waiting for the client to close.
    Lingering(LingeringSlot),
    /// Forwarded to a backend. The task is kept if the connection may return to waiting.
    Relaying(Option<AbortHandle>),
}

/// Whether the connection was being answered before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answering {
    Begins,
    GoesOn,
}

impl Permit {
    /// Creates a permit for a connection that has been counted.
    pub(super) fn new(
        permits: Arc<Permits>,
        subscriber: Option<Subscriber>,
        peer: Option<SocketAddr>,
        descriptors: u8,
    ) -> Self {
        let stage = Stage::Waiting(permits.unrecognized.join(peer, None));
        Self {
            permits,
            subscriber,
            stage,
            descriptors,
            is_late: false,
        }
    }

    /// Marks the connection as begun after a stop, so that nothing waits for it.
    pub(crate) fn late(&mut self) {
        if !self.is_late {
            self.is_late = true;
            self.permits.late.fetch_add(1, Ordering::Relaxed);
            self.permits.early.fetch_sub(1, Ordering::Relaxed);
            self.permits.returned.notify_waiters();
        }
    }

    /// The unrecognized connection, for the code that starts its task. `None` once it is recognized.
    pub(crate) fn unrecognized(&self) -> Option<Unfinished> {
        let Stage::Waiting(key) = self.stage else {
            return None;
        };
        let permits = Arc::clone(&self.permits);
        Some(Unfinished { permits, key })
    }

    /// Sets how many bytes of an unfinished request the connection holds. Returns the connections evicted for it.
    pub(crate) fn hold(&self, bytes: usize) -> Vec<Evicted> {
        match self.stage {
            Stage::Waiting(key) => self.permits.unrecognized.hold(key, bytes),
            Stage::Answering | Stage::Lingering(_) | Stage::Relaying(_) => Vec::new(),
        }
    }

    /// Sets the connection's client, if that becomes known after accept.
    pub(crate) fn assign(&mut self, subscriber: Option<Subscriber>, client: Option<SocketAddr>) {
        if let (Stage::Waiting(key), Some(client)) = (&mut self.stage, client) {
            *key = self.permits.unrecognized.is_of(*key, client);
        }
        let mut per_address = self.permits.per_address();
        if let Some(subscriber) = subscriber {
            per_address.opened(subscriber);
        }
        if let Some(before) = self.subscriber {
            per_address.closed(before);
        }
        drop(per_address);
        self.subscriber = subscriber;
    }

    /// Marks the connection as being answered. A stop waits longer for it.
    pub(crate) fn answering(&mut self) -> Answering {
        let Stage::Waiting(key) = self.stage else {
            return Answering::GoesOn;
        };
        self.permits.unrecognized.leave(key);
        self.stage = Stage::Answering;
        if !self.is_late {
            self.permits.answering.fetch_add(1, Ordering::Relaxed);
        }
        Answering::Begins
    }

    /// Marks the connection as answered and waiting for its client to close. Its place becomes free.
    pub(crate) fn lingering(&mut self) {
        self.answering();
        self.stage = Stage::Lingering(self.permits.lingering.take());
        self.leave_place();
        self.permits.returned.notify_waiters();
    }

    /// Marks the connection as forwarded, if the limits allow it. It counts as a relay from now on, in all and for its
    /// address.
    ///
    /// Further calls change nothing.
    pub(crate) fn relaying(&mut self) -> Result<(), OverLimit> {
        self.silent()?;
        self.stage = Stage::Relaying(None);
        Ok(())
    }

    /// Like `relaying`, for a silent connection that may turn out not to be forwarded
    /// ([`not_relaying`](Self::not_relaying)).
    pub(crate) fn silent(&mut self) -> Result<(), OverLimit> {
        if matches!(self.stage, Stage::Relaying(_)) {
            return Ok(());
        }
        self.permits.relay_begins()?;
        if let Some(subscriber) = self.subscriber {
            let counted = self.permits.per_address().relayed(subscriber);
            counted.inspect_err(|_| self.permits.relay_ends())?;
        }
        let task = match self.stage {
            Stage::Waiting(key) => self.permits.unrecognized.leave(key),
            Stage::Answering | Stage::Lingering(_) | Stage::Relaying(_) => None,
        };
        self.stage = Stage::Relaying(task);
        Ok(())
    }

    /// Marks the connection as not forwarded after all: its backend can't be reached, or its client wants something
    /// else.
    pub(crate) fn not_relaying(&mut self, peer: Option<SocketAddr>) {
        let Stage::Relaying(task) = &mut self.stage else {
            return;
        };
        let key = self.permits.unrecognized.join(peer, task.take());
        self.stage = Stage::Waiting(key);
        self.permits.relay_ends();
        if let Some(subscriber) = self.subscriber {
            let mut per_address = self.permits.per_address();
            per_address.relay_ended(subscriber);
            per_address.opened(subscriber);
        }
    }

    /// Waits until a lingering connection must be closed to make room. Otherwise waits forever.
    pub(crate) async fn wanted(&self) {
        match &self.stage {
            Stage::Lingering(slot) => slot.wanted().await,
            Stage::Waiting(_) | Stage::Answering | Stage::Relaying(_) => pending().await,
        }
    }

    fn answered(&self) {
        if !self.is_late {
            self.permits.answering.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn leave_place(&self) {
        let before_or_after = if self.is_late {
            &self.permits.late
        } else {
            &self.permits.early
        };
        before_or_after.fetch_sub(1, Ordering::Relaxed);
        let descriptors = usize::from(self.descriptors);
        self.permits.taken.fetch_sub(descriptors, Ordering::Relaxed);
        self.permits.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let permits = &self.permits;
        match &self.stage {
            Stage::Waiting(key) => {
                permits.unrecognized.leave(*key);
                self.leave_place();
            }
            Stage::Answering => {
                self.answered();
                self.leave_place();
            }
            Stage::Lingering(slot) => {
                self.answered();
                permits.lingering.leave(slot);
            }
            Stage::Relaying(_) => {
                permits.relaying.fetch_sub(1, Ordering::Relaxed);
                self.leave_place();
            }
        }
        if let Some(subscriber) = self.subscriber {
            let mut per_address = permits.per_address();
            match self.stage {
                Stage::Relaying(_) => per_address.relay_ended(subscriber),
                Stage::Waiting(_) | Stage::Answering | Stage::Lingering(_) => {
                    per_address.closed(subscriber);
                }
            }
        }
        permits.returned.notify_waiters();
    }
}

/// A connection that has not been recognized.
#[derive(Debug)]
pub(crate) struct Unfinished {
    permits: Arc<Permits>,
    key: MemberKey,
}

impl Unfinished {
    /// Sets the connection's task, which is aborted if the connection is evicted.
    pub(crate) fn runs_in(self, task: AbortHandle) {
        self.permits.unrecognized.runs_in(self.key, task);
    }
}
