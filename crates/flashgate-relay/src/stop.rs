//! Cuts every relay at once, when a stop has waited long enough.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

/// Held by whoever decides when to cut; each relay subscribes.
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
    /// Ends every relay that has subscribed or will, with [`RelayEnd::Stopped`](super::RelayEnd::Stopped).
    pub fn cut(&self) {
        self.shared.cut.store(true, Ordering::Release);
        self.shared.notify.notify_waiters();
    }

    /// A wait for the cut.
    pub fn subscribe(&self) -> Stopping {
        // In this order: a cut between the two is seen in the flag or by the notification.
        let notified = Arc::clone(&self.shared.notify).notified_owned();
        Stopping {
            shared: Arc::clone(&self.shared),
            notified: Box::pin(notified),
        }
    }
}

/// What one relay waits for besides its two sides.
#[derive(Debug)]
pub struct Stopping {
    shared: Arc<StopState>,
    notified: Pin<Box<OwnedNotified>>,
}

impl Stopping {
    /// Whether the cut has come; otherwise the task is woken when it does.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.shared.cut.load(Ordering::Acquire) {
            return Poll::Ready(());
        }
        self.notified.as_mut().poll(context)
    }
}
