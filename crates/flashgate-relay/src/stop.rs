//! Cuts all relays at once, when a stop has waited long enough.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

/// Decides when to cut. Each relay subscribes to it.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    shared: Arc<StopState>,
}

#[derive(Debug, Default)]
struct StopState {
    cut: AtomicBool,
    notify: Arc<Notify>,
}

impl Stop {
    /// Ends all current and future relays with [`RelayEnd::Stopped`](super::RelayEnd::Stopped).
    pub fn cut(&self) {
        self.shared.cut.store(true, Ordering::Release);
        self.shared.notify.notify_waiters();
    }

    /// A subscription to the cut.
    pub fn subscribe(&self) -> Stopping {
        // In this order, a cut between the two lines is seen in the flag or by the notification.
        let notified = Arc::clone(&self.shared.notify).notified_owned();
        Stopping {
            shared: Arc::clone(&self.shared),
            notified: Box::pin(notified),
        }
    }
}

/// A relay's subscription to the cut.
#[derive(Debug)]
pub struct Stopping {
    shared: Arc<StopState>,
    notified: Pin<Box<OwnedNotified>>,
}

impl Stopping {
    /// Whether the cut has happened. Otherwise the task is woken when it does.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.shared.cut.load(Ordering::Acquire) {
            return Poll::Ready(());
        }
        self.notified.as_mut().poll(context)
    }
}
