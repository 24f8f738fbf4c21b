//! Answered connections that wait for their client to close. They take no other connection's place, and the oldest is
//! closed to make room.
//!
//! nginx does the same: lingering connections are closed first when connections run short.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use tokio::sync::Notify;

use super::sync::{AtomicUsize, Mutex, MutexGuard, Ordering};

/// The places for lingering connections.
#[derive(Debug)]
pub(super) struct Lingering {
    most: AtomicUsize,
    /// How many there are, including those that were asked to end but have not ended yet.
    open: AtomicUsize,
    slots: Mutex<LingeringSlots>,
}

#[derive(Debug, Default)]
struct LingeringSlots {
    next: u64,
    /// In the order in which they were taken.
    taken: BTreeMap<u64, Arc<Notify>>,
}

/// One connection's place.
#[derive(Debug)]
pub(super) struct LingeringSlot {
    number: u64,
    wanted: Arc<Notify>,
}

impl Lingering {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most: AtomicUsize::new(most),
            open: AtomicUsize::new(0),
            slots: Mutex::default(),
        }
    }

    pub(super) fn set_most(&self, most: usize) {
        self.most.store(most, Ordering::Relaxed);
    }

    pub(super) fn count(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Makes room for another connection: unless one is already ending, the oldest is asked to end.
    pub(super) fn give_way(&self) {
        let mut slots = self.slots();
        if slots.taken.len() == self.count() {
            slots.oldest_goes();
        }
    }

    /// Takes a place. If all are taken, the oldest connection is asked to end.
    pub(super) fn take(&self) -> LingeringSlot {
        let wanted = Arc::new(Notify::new());
        self.open.fetch_add(1, Ordering::Relaxed);
        let mut slots = self.slots();
        let number = slots.next;
        slots.next += 1;
        slots.taken.insert(number, Arc::clone(&wanted));
        while slots.taken.len() > self.most.load(Ordering::Relaxed).max(1) {
            slots.oldest_goes();
        }
        LingeringSlot { number, wanted }
    }

    /// Gives a place back.
    pub(super) fn leave(&self, slot: &LingeringSlot) {
        self.slots().taken.remove(&slot.number);
        self.open.fetch_sub(1, Ordering::Relaxed);
    }

    fn slots(&self) -> MutexGuard<'_, LingeringSlots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LingeringSlots {
    fn oldest_goes(&mut self) {
        if let Some((_, oldest)) = self.taken.pop_first() {
            oldest.notify_one();
        }
    }
}

impl LingeringSlot {
    /// Waits until another connection wants it.
    pub(super) async fn wanted(&self) {
        self.wanted.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a connection was asked to end.
    fn told(slot: &LingeringSlot) -> bool {
        let mut wanted = Box::pin(slot.wanted());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        wanted.as_mut().poll(&mut context).is_ready()
    }

    #[test]
    fn the_oldest_gives_way() {
        let lingering = Lingering::new(2);
        let (first, second) = (lingering.take(), lingering.take());
        assert!(!told(&first));
        let third = lingering.take();
        assert_eq!([&first, &second, &third].map(told), [true, false, false]);
        lingering.leave(&first);
        lingering.leave(&second);
        let fourth = lingering.take();
        assert!(!told(&third) && !told(&fourth));
        assert_eq!(lingering.count(), 2);
        lingering.give_way();
        lingering.give_way();
        assert_eq!([&third, &fourth].map(told), [true, false]);
    }
}
