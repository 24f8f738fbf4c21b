//! How many connections are open, and room for how many more.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use flashgate_config::snapshot::Limits;
use tokio::sync::Notify;

use super::lingering::Lingering;
use super::per_address::{OverLimit, PerAddress, Subscriber};
use super::unrecognised::{Evicted, Unrecognised};

/// How many connections fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Capacity {
    /// On their way to an answer, or passed on to a backend.
    pub(crate) connections: usize,
    /// Of these, so many passed on to a backend at most: the rest is kept for those who only ask for a policy.
    pub(crate) relays: usize,
    /// How many descriptors there are for them and those that linger; a connection that is passed on takes two.
    pub(crate) descriptors: usize,
    /// Answered, and waiting for their client's end: so many at most, and fewer where others need the room.
    pub(crate) lingering: usize,
    /// What would have to be more for more to fit.
    pub(crate) scarce: Scarce,
    /// How many connections, and how many relays of them, there would be with descriptors enough.
    pub(crate) wanted: (usize, usize),
}

/// What bounds the connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scarce {
    /// What the plan says.
    Connections,
    /// The limit on open files allows fewer.
    OpenFiles,
}

/// Whether room is being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MadeRoom {
    /// This connection goes.
    By(Evicted),
    /// One that was told to go before has not gone yet, or one may go soon.
    Before,
    /// Nobody can go.
    No,
}

impl Scarce {
    /// For the log: the key in `[limits]`, or what `ulimit` calls it.
    const fn name(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::OpenFiles => "open files",
        }
    }
}

/// The count of open connections, with a limit that follows from the descriptors at hand.
#[derive(Debug)]
pub(crate) struct Permits {
    limit: AtomicUsize,
    most_relays: AtomicUsize,
    capacity: Mutex<Capacity>,
    descriptors: AtomicUsize,
    pub(super) open: AtomicUsize,
    /// Descriptors of those that are open.
    pub(super) taken: AtomicUsize,
    pub(super) answering: AtomicUsize,
    pub(super) relaying: AtomicUsize,
    pub(super) lingering: Lingering,
    pub(super) unrecognised: Unrecognised,
    per_address: Mutex<PerAddress>,
    /// How many of the open ones came after a stop had begun: it does not wait for them.
    pub(super) late: AtomicUsize,
    pub(super) returned: Notify,
}

impl Permits {
    /// So many places in all; the limits say how many for each address.
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
            unrecognised: Unrecognised::new(),
            per_address: Mutex::new(PerAddress::new(limits, Instant::now())),
            late: AtomicUsize::new(0),
            returned: Notify::new(),
        })
    }

    /// Whether an address may have one more connection, and who it counts for.
    pub(crate) fn admit(&self, address: IpAddr) -> Result<Option<Subscriber>, OverLimit> {
        self.per_address().admit(address, Instant::now())
    }

    /// Ends a connection that was not recognised yet, so that another finds room. Whether one will go, and which one if
    /// that was decided now.
    pub(crate) fn make_room(&self, descriptors: u8) -> MadeRoom {
        let taken = self.taken.load(Ordering::Relaxed) + usize::from(descriptors);
        // Then it is those that linger who give way.
        if self.open() < self.limit() && taken <= self.descriptors.load(Ordering::Relaxed) {
            return MadeRoom::Before;
        }
        match self.unrecognised.make_room(Instant::now()) {
            None => MadeRoom::No,
            Some(Ok(evicted)) => MadeRoom::By(evicted),
            Some(Err(_)) => MadeRoom::Before,
        }
    }

    /// Whether a connection with so many descriptors fits; one that lingers gives way where that is what it lacks.
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

    /// How many connections may be open.
    pub(crate) fn limit(&self) -> usize {
        self.limit.load(Ordering::Relaxed)
    }

    /// Other limits; where more are open already, they stay. Returns the capacity before.
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

    /// How many connections may be passed on to a backend.
    pub(crate) fn most_relays(&self) -> usize {
        self.most_relays.load(Ordering::Relaxed)
    }

    /// What would have to be more for more to fit.
    pub(crate) fn scarce(&self) -> &'static str {
        self.capacity().scarce.name()
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

    /// How many of them are passed on to a backend.
    pub(crate) fn relaying(&self) -> usize {
        self.relaying.load(Ordering::Relaxed)
    }

    /// Whether one more connection may be passed on, as far as all of them are concerned.
    pub(crate) fn has_room_to_pass_on(&self) -> Result<(), OverLimit> {
        if self.relaying() < self.most_relays() {
            Ok(())
        } else {
            Err(OverLimit::All)
        }
    }

    /// Counts one more that is passed on, if it may be.
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

    /// Waits for room; at once if there is some.
    pub(crate) async fn room(&self, descriptors: u8) {
        self.until(|permits| permits.has_room(descriptors)).await;
    }

    /// Waits for the next place to be returned, from the call on.
    pub(crate) fn next_returned(&self) -> impl Future<Output = ()> {
        self.returned.notified()
    }

    /// Waits until every connection that came before a stop has ended.
    pub(crate) async fn all_returned(&self) {
        self.until(|permits| permits.open() <= permits.late()).await;
    }

    fn late(&self) -> usize {
        self.late.load(Ordering::Relaxed)
    }

    /// Waits until nobody is being answered or passed on.
    pub(crate) async fn none_served(&self) {
        self.until(|permits| permits.answering() == 0 && permits.relaying() == 0)
            .await;
    }

    /// Waits until nobody is being passed on, and all who came after a stop had begun have ended.
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
