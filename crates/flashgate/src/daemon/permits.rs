//! How many connections are open, and room for how many more.

use std::future::pending;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

use super::lingering::{Lingering, Place};
use super::per_address::{OverLimit, PerAddress, Subscriber};
use crate::snapshot::Limits;

/// How many connections fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Capacity {
    /// On their way to an answer.
    pub(crate) connections: usize,
    /// Answered, and waiting for their client's end.
    pub(crate) lingering: usize,
}

/// The count of open connections, with a limit that follows from the descriptors at hand.
#[derive(Debug)]
pub(crate) struct Permits {
    limit: AtomicUsize,
    open: AtomicUsize,
    answering: AtomicUsize,
    lingering: Lingering,
    per_address: Mutex<PerAddress>,
    returned: Notify,
}

/// One connection's place; dropping it makes room.
#[derive(Debug)]
pub(crate) struct Permit {
    permits: Arc<Permits>,
    subscriber: Option<Subscriber>,
    stage: Stage,
}

/// How far a connection has come.
#[derive(Debug)]
enum Stage {
    /// Its request is still awaited.
    Waiting,
    /// Its answer is on the way.
    Answering,
    /// It was answered.
    Lingering(Place),
}

impl Permits {
    /// So many places in all; the limits say how many for each address.
    pub(crate) fn new(capacity: Capacity, limits: &Limits) -> Arc<Self> {
        Arc::new(Self {
            limit: AtomicUsize::new(capacity.connections),
            open: AtomicUsize::new(0),
            answering: AtomicUsize::new(0),
            lingering: Lingering::new(capacity.lingering),
            per_address: Mutex::new(PerAddress::new(limits, Instant::now())),
            returned: Notify::new(),
        })
    }

    /// Whether an address may have one more connection, and who it counts for.
    pub(crate) fn admit(&self, address: IpAddr) -> Result<Option<Subscriber>, OverLimit> {
        self.per_address().admit(address, Instant::now())
    }

    /// Takes a place, even where none is left: whoever accepts looks at [`has_room`](Self::has_room) first.
    pub(crate) fn take(self: &Arc<Self>, subscriber: Option<Subscriber>) -> Permit {
        self.open.fetch_add(1, Ordering::Relaxed);
        if let Some(subscriber) = subscriber {
            self.per_address().opened(subscriber);
        }
        Permit {
            permits: Arc::clone(self),
            subscriber,
            stage: Stage::Waiting,
        }
    }

    pub(crate) fn has_room(&self) -> bool {
        self.open() < self.limit()
    }

    fn per_address(&self) -> MutexGuard<'_, PerAddress> {
        self.per_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// How many connections may be open.
    pub(crate) fn limit(&self) -> usize {
        self.limit.load(Ordering::Relaxed)
    }

    /// Other limits; where more are open already, they stay.
    pub(crate) fn set_limits(&self, capacity: Capacity, limits: &Limits) {
        self.limit.store(capacity.connections, Ordering::Relaxed);
        self.lingering.set_most(capacity.lingering);
        self.per_address().set_limits(limits, Instant::now());
        self.returned.notify_waiters();
    }

    /// How many connections were answered and linger; they are not among the open ones.
    pub(crate) fn lingering(&self) -> usize {
        self.lingering.count()
    }

    /// How many connections are open.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// How many of them have asked and are being answered.
    pub(crate) fn answering(&self) -> usize {
        self.answering.load(Ordering::Relaxed)
    }

    /// Waits for room; at once if there is some.
    pub(crate) async fn room(&self) {
        self.until(Self::has_room).await;
    }

    /// Waits for the next place to be returned.
    pub(crate) async fn next_returned(&self) {
        self.returned.notified().await;
    }

    pub(crate) async fn all_returned(&self) {
        self.until(|permits| permits.open() == 0).await;
    }

    pub(crate) async fn none_answering(&self) {
        self.until(|permits| permits.answering() == 0).await;
    }

    async fn until(&self, holds: impl Fn(&Self) -> bool) {
        loop {
            let returned = self.returned.notified();
            if holds(self) {
                return;
            }
            returned.await;
        }
    }
}

impl Permit {
    /// Says that the connection's request is known and its answer on the way: a stop waits for it longer.
    pub(crate) fn answering(&mut self) {
        if matches!(self.stage, Stage::Waiting) {
            self.stage = Stage::Answering;
            self.permits.answering.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Says that the connection was answered, and waits only for its client's end: its place is another's.
    pub(crate) fn lingering(&mut self) {
        self.answering();
        self.stage = Stage::Lingering(self.permits.lingering.take());
        self.permits.open.fetch_sub(1, Ordering::Relaxed);
        self.permits.returned.notify_waiters();
    }

    /// Waits until a lingering connection must give way; for ever, if this is none.
    pub(crate) async fn wanted(&self) {
        match &self.stage {
            Stage::Lingering(place) => place.wanted().await,
            Stage::Waiting | Stage::Answering => pending().await,
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !matches!(self.stage, Stage::Waiting) {
            self.permits.answering.fetch_sub(1, Ordering::Relaxed);
        }
        if let Some(subscriber) = self.subscriber {
            self.permits.per_address().closed(subscriber);
        }
        match &self.stage {
            Stage::Lingering(place) => self.permits.lingering.leave(place),
            Stage::Waiting | Stage::Answering => {
                self.permits.open.fetch_sub(1, Ordering::Relaxed);
            }
        }
        self.permits.returned.notify_waiters();
    }
}
