//! One connection's place, and how far the connection has come.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::task::AbortHandle;

use super::crowd::MemberKey;
use super::lingering::LingeringSlot;
use super::per_address::{OverLimit, Subscriber};
use super::permits::Permits;
use super::unrecognised::Evicted;

/// One connection's place; dropping it makes room.
#[derive(Debug)]
pub(crate) struct Permit {
    permits: Arc<Permits>,
    subscriber: Option<Subscriber>,
    stage: Stage,
    /// How many descriptors the connection may come to have.
    descriptors: u8,
    /// Whether it came after a stop had begun, which does not wait for it.
    is_late: bool,
}

impl Permits {
    /// Takes a place, even if none is left: the accept loop looks at [`has_room`](Self::has_room) first.
    ///
    /// A connection that may be passed on takes the place for its second descriptor at once: it could not wait for it.
    pub(crate) fn take(
        self: &Arc<Self>,
        subscriber: Option<Subscriber>,
        peer: Option<SocketAddr>,
        descriptors: u8,
    ) -> Permit {
        self.open.fetch_add(1, Ordering::Relaxed);
        self.taken
            .fetch_add(usize::from(descriptors), Ordering::Relaxed);
        if let Some(subscriber) = subscriber {
            self.per_address().opened(subscriber);
        }
        Permit::new(Arc::clone(self), subscriber, peer, descriptors)
    }
}

/// How far a connection has come.
#[derive(Debug)]
enum Stage {
    /// Its request is still awaited, or the backend for it.
    Waiting(MemberKey),
    /// Its answer is on the way.
    Answering,
    /// It was answered.
    Lingering(LingeringSlot),
    /// It is passed on to a backend; the task of one that may come back.
    Relaying(Option<AbortHandle>),
}

/// Whether a connection's answer was on the way before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answering {
    Begins,
    GoesOn,
}

impl Permit {
    /// A place that was counted already.
    pub(super) fn new(
        permits: Arc<Permits>,
        subscriber: Option<Subscriber>,
        peer: Option<SocketAddr>,
        descriptors: u8,
    ) -> Self {
        let stage = Stage::Waiting(permits.unrecognised.join(peer, None));
        Self {
            permits,
            subscriber,
            stage,
            descriptors,
            is_late: false,
        }
    }

    /// Says that the connection came after a stop had begun: nothing waits for it.
    pub(crate) fn late(&mut self) {
        if !self.is_late {
            self.is_late = true;
            self.permits.late.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Which connection this is, as long as it is not recognised: for whoever starts a task that has it.
    pub(crate) fn unrecognised(&self) -> Option<Unfinished> {
        let Stage::Waiting(key) = self.stage else {
            return None;
        };
        let permits = Arc::clone(&self.permits);
        Some(Unfinished { permits, key })
    }

    /// Says how many bytes of an unfinished request the connection holds; who is ended to make room for them comes back.
    pub(crate) fn hold(&self, bytes: usize) -> Vec<Evicted> {
        match self.stage {
            Stage::Waiting(key) => self.permits.unrecognised.hold(key, bytes),
            Stage::Answering | Stage::Lingering(_) | Stage::Relaying(_) => Vec::new(),
        }
    }

    /// Says whose the connection is, where that is known only after it was accepted.
    pub(crate) fn assign(&mut self, subscriber: Option<Subscriber>, client: Option<SocketAddr>) {
        if let (Stage::Waiting(key), Some(client)) = (&mut self.stage, client) {
            *key = self.permits.unrecognised.is_of(*key, client);
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

    /// Says that the connection's request is known and its answer on the way: a stop waits for it longer.
    pub(crate) fn answering(&mut self) -> Answering {
        let Stage::Waiting(key) = self.stage else {
            return Answering::GoesOn;
        };
        self.permits.unrecognised.leave(key);
        self.stage = Stage::Answering;
        if !self.is_late {
            self.permits.answering.fetch_add(1, Ordering::Relaxed);
        }
        Answering::Begins
    }

    /// Says that the connection was answered, and waits only for its client's end: its place is another's.
    pub(crate) fn lingering(&mut self) {
        self.answering();
        self.stage = Stage::Lingering(self.permits.lingering.take());
        self.leave_place();
        self.permits.returned.notify_waiters();
    }

    /// Says that the connection is passed on: it counts among all relays and its address' from now on, if it may.
    ///
    /// Said again, it changes nothing.
    pub(crate) fn relaying(&mut self) -> Result<(), OverLimit> {
        self.silent()?;
        self.stage = Stage::Relaying(None);
        Ok(())
    }

    /// The same for one that is silent, and may turn out to be [none](Self::not_relaying).
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
            Stage::Waiting(key) => self.permits.unrecognised.leave(key),
            Stage::Answering | Stage::Lingering(_) | Stage::Relaying(_) => None,
        };
        self.stage = Stage::Relaying(task);
        Ok(())
    }

    /// Says that the connection is not passed on after all: its backend can't be reached, or its client wants something
    /// else.
    pub(crate) fn not_relaying(&mut self, peer: Option<SocketAddr>) {
        let Stage::Relaying(task) = &mut self.stage else {
            return;
        };
        let key = self.permits.unrecognised.join(peer, task.take());
        self.stage = Stage::Waiting(key);
        self.permits.relay_ends();
        if let Some(subscriber) = self.subscriber {
            let mut per_address = self.permits.per_address();
            per_address.relay_ended(subscriber);
            per_address.opened(subscriber);
        }
    }

    /// Waits until a lingering connection must give way; for ever, if this is none.
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
        if self.is_late {
            self.permits.late.fetch_sub(1, Ordering::Relaxed);
        }
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
                permits.unrecognised.leave(*key);
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

/// A connection that was not recognised when it was asked for.
#[derive(Debug)]
pub(crate) struct Unfinished {
    permits: Arc<Permits>,
    key: MemberKey,
}

impl Unfinished {
    /// Says which task has it from now on: that one is aborted if the connection must make room.
    pub(crate) fn runs_in(self, task: AbortHandle) {
        self.permits.unrecognised.runs_in(self.key, task);
    }
}
