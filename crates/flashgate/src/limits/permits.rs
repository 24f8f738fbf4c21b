//! Counts the open connections, and the room for more.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use flashgate_config::snapshot::Limits;
use tokio::sync::Notify;

use super::lingering::Lingering;
use super::per_address::{OverLimit, PerAddress, Subscriber};
use super::sync::{AtomicUsize, Mutex, MutexGuard, Ordering};
use super::unrecognized::{Evicted, Unrecognized};

/// How many connections fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Capacity {
    /// Connections that wait for an answer, or are forwarded to a backend.
    pub(crate) connections: usize,
    /// How many of these can be forwarded to a backend. The rest is reserved for policy requests.
    pub(crate) relays: usize,
    /// Descriptors for these and for lingering connections. A forwarded connection takes two.
    pub(crate) descriptors: usize,
    /// The maximum number of lingering connections. There are fewer if others need the room.
    pub(crate) lingering: usize,
    /// What limits the number of connections.
    pub(crate) scarce: Scarce,
    /// How many connections and relays there would be with enough descriptors.
    pub(crate) wanted: (usize, usize),
}

/// What limits the number of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scarce {
    /// The configured limit.
    Connections,
    /// The limit on open files allows fewer.
    OpenFiles,
}

/// The result of making room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MadeRoom {
    /// This connection was evicted.
    By(Evicted),
    /// An evicted connection has not ended yet, or one can be evicted soon.
    Before,
    /// No connection can be evicted.
    No,
}

impl Scarce {
    /// The name in the log: the key in `[limits]`, or the name that `ulimit` uses.
    const fn name(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::OpenFiles => "open files",
        }
    }
}

/// Counts open connections against a limit that follows from the available descriptors.
#[derive(Debug)]
pub(crate) struct Permits {
    limit: AtomicUsize,
    most_relays: AtomicUsize,
    capacity: Mutex<Capacity>,
    descriptors: AtomicUsize,
    pub(super) open: AtomicUsize,
    /// Descriptors of the open connections.
    pub(super) taken: AtomicUsize,
    pub(super) answering: AtomicUsize,
    pub(super) relaying: AtomicUsize,
    pub(super) lingering: Lingering,
    pub(super) unrecognized: Unrecognized,
    per_address: Mutex<PerAddress>,
    /// How many of the open connections a stop waits for: those from before it. A count of its own, because two counts
    /// that are read one after the other may not fit together.
    pub(super) early: AtomicUsize,
    /// How many came after a stop had begun.
    pub(super) late: AtomicUsize,
    pub(super) returned: Notify,
}

impl Permits {
    /// Creates the counters. `limits` has the limits per address.
    pub(crate) fn new(capacity: Capacity, limits: &Limits) -> Arc<Self> {
        Arc::new(Self {
            limit: AtomicUsize::new(capacity.connections),
            most_relays: AtomicUsize::new(capacity.relays),
            capacity: Mutex::new(capacity),
            descriptors: AtomicUsize::new(capacity.descriptors),
            open: AtomicUsize::new(0),
            taken: AtomicUsize::new(0),
            relaying: AtomicUsize::new(0),
            answering: AtomicUsize::new(0),
            lingering: Lingering::new(capacity.lingering),
            unrecognized: Unrecognized::new(),
            per_address: Mutex::new(PerAddress::new(limits, Instant::now())),
            early: AtomicUsize::new(0),
            late: AtomicUsize::new(0),
            returned: Notify::new(),
        })
    }

    /// Whether an address may open another connection, and the subscriber that it counts for.
    pub(crate) fn admit(&self, address: IpAddr) -> Result<Option<Subscriber>, OverLimit> {
        self.per_address().admit(address, Instant::now())
    }

    /// Evicts an unrecognized connection to make room for another. Returns whether one will end, and which one if it
    /// was chosen now.
    pub(crate) fn make_room(&self, descriptors: u8) -> MadeRoom {
        let taken = self.taken.load(Ordering::Relaxed) + usize::from(descriptors);
        // In this case, lingering connections are closed instead.
        if self.open() < self.limit() && taken <= self.descriptors.load(Ordering::Relaxed) {
            return MadeRoom::Before;
        }
        match self.unrecognized.make_room(Instant::now()) {
            None => MadeRoom::No,
            Some(Ok(evicted)) => MadeRoom::By(evicted),
            Some(Err(_)) => MadeRoom::Before,
        }
    }

    /// Whether a connection with this many descriptors fits. If only descriptors are missing, a lingering one is
    /// closed.
    pub(crate) fn has_room(&self, descriptors: u8) -> bool {
        let room = self.descriptors.load(Ordering::Relaxed);
        let taken = self.taken.load(Ordering::Relaxed) + usize::from(descriptors);
        let lingering = self.lingering.count();
        if self.open() >= self.limit() || taken > room {
            return false;
        }
        if taken + lingering > room {
            self.lingering.give_way();
            return false;
        }
        true
    }

    pub(super) fn per_address(&self) -> MutexGuard<'_, PerAddress> {
        self.per_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The maximum number of open connections.
    pub(crate) fn limit(&self) -> usize {
        self.limit.load(Ordering::Relaxed)
    }

    /// Sets new limits. Connections above them stay open. Returns the previous capacity.
    pub(crate) fn set_limits(&self, capacity: Capacity, limits: &Limits) -> Capacity {
        self.limit.store(capacity.connections, Ordering::Relaxed);
        self.most_relays.store(capacity.relays, Ordering::Relaxed);
        let before = std::mem::replace(&mut *self.capacity(), capacity);
        self.descriptors
            .store(capacity.descriptors, Ordering::Relaxed);
        self.lingering.set_most(capacity.lingering);
        self.per_address().set_limits(limits, Instant::now());
        self.returned.notify_waiters();
        before
    }

    fn capacity(&self) -> MutexGuard<'_, Capacity> {
        self.capacity.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The maximum number of connections forwarded to a backend.
    pub(crate) fn most_relays(&self) -> usize {
        self.most_relays.load(Ordering::Relaxed)
    }

    /// What limits the number of connections, for the log.
    pub(crate) fn scarce(&self) -> &'static str {
        self.capacity().scarce.name()
    }

    /// How many answered connections linger. They are not counted as open.
    pub(crate) fn lingering(&self) -> usize {
        self.lingering.count()
    }

    /// How many connections are open.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// How many open connections are being answered.
    pub(crate) fn answering(&self) -> usize {
        self.answering.load(Ordering::Relaxed)
    }

    /// How many open connections are forwarded to a backend.
    pub(crate) fn relaying(&self) -> usize {
        self.relaying.load(Ordering::Relaxed)
    }

    /// Whether another connection can be forwarded, without regard to limits per address.
    pub(crate) fn has_room_to_pass_on(&self) -> Result<(), OverLimit> {
        if self.relaying() < self.most_relays() {
            Ok(())
        } else {
            Err(OverLimit::All)
        }
    }

    /// Counts another forwarded connection, if the limit allows it.
    pub(super) fn relay_begins(&self) -> Result<(), OverLimit> {
        let most = self.most_relays();
        let one_more = |relaying| (relaying < most).then_some(relaying + 1);
        let counted = self
            .relaying
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        counted.map(drop).map_err(|_| OverLimit::All)
    }

    pub(super) fn relay_ends(&self) {
        self.relaying.fetch_sub(1, Ordering::Relaxed);
        self.returned.notify_waiters();
    }

    /// Waits for room. Returns at once if there is some.
    pub(crate) async fn room(&self, descriptors: u8) {
        self.until(|permits| permits.has_room(descriptors)).await;
    }

    /// Waits for the next place to become free. It counts from the call, not from the first poll.
    pub(crate) fn next_returned(&self) -> impl Future<Output = ()> {
        self.returned.notified()
    }

    /// Waits until every connection from before a stop has ended.
    pub(crate) async fn all_returned(&self) {
        self.until(|permits| permits.early.load(Ordering::Relaxed) == 0)
            .await;
    }

    fn late(&self) -> usize {
        self.late.load(Ordering::Relaxed)
    }

    /// Waits until no connection is being answered or forwarded.
    pub(crate) async fn none_served(&self) {
        // In this order, because a forwarded connection may turn into an answered one.
        self.until(|permits| permits.relaying() == 0 && permits.answering() == 0)
            .await;
    }

    /// Waits until no connection is forwarded, and all that came after a stop had begun have ended.
    pub(crate) async fn none_relayed_or_late(&self) {
        self.until(|permits| permits.relaying() == 0 && permits.late() == 0)
            .await;
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
