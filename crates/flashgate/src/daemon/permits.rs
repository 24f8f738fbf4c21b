//! How many connections are open, and room for how many more.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// The count of open connections, with a limit that follows from the descriptors at hand.
#[derive(Debug)]
pub(crate) struct Permits {
    limit: AtomicUsize,
    open: AtomicUsize,
    answering: AtomicUsize,
    returned: Notify,
}

/// One connection's place; dropping it makes room.
#[derive(Debug)]
pub(crate) struct Permit {
    permits: Arc<Permits>,
    answering: bool,
}

impl Permits {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit: AtomicUsize::new(limit),
            open: AtomicUsize::new(0),
            answering: AtomicUsize::new(0),
            returned: Notify::new(),
        })
    }

    /// Takes a place, even where none is left: whoever accepts looks at [`has_room`](Self::has_room) first.
    pub(crate) fn take(self: &Arc<Self>) -> Permit {
        self.open.fetch_add(1, Ordering::Relaxed);
        Permit {
            permits: Arc::clone(self),
            answering: false,
        }
    }

    pub(crate) fn has_room(&self) -> bool {
        self.open() < self.limit()
    }

    /// How many connections may be open.
    pub(crate) fn limit(&self) -> usize {
        self.limit.load(Ordering::Relaxed)
    }

    /// Another limit; where more are open already, they stay.
    pub(crate) fn set_limit(&self, limit: usize) {
        self.limit.store(limit, Ordering::Relaxed);
        self.returned.notify_waiters();
    }

    /// How many connections are open.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
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
        self.until(|permits| permits.answering.load(Ordering::Relaxed) == 0)
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

impl Permit {
    /// Says that the connection's request is known and its answer on the way: a stop waits for it longer.
    pub(crate) fn answering(&mut self) {
        if !self.answering {
            self.answering = true;
            self.permits.answering.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.answering {
            self.permits.answering.fetch_sub(1, Ordering::Relaxed);
        }
        self.permits.open.fetch_sub(1, Ordering::Relaxed);
        self.permits.returned.notify_waiters();
    }
}
