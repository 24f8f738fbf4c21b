//! Descriptors that the event loop watches for input.

use std::io;
use std::os::fd::AsRawFd;

use tokio::io::Interest;
use tokio::io::unix::{AsyncFd, AsyncFdReadyGuard};

/// Registers a descriptor with the event loop.
#[expect(
    deprecated,
    reason = "the newer constructor is unsafe, which our crates don't use. It requires a descriptor that stays the same \
              and open while it is registered, and `OwnedFd` guarantees that"
)]
pub(super) fn watch<T: AsRawFd>(descriptor: T) -> io::Result<AsyncFd<T>> {
    AsyncFd::with_interest(descriptor, Interest::READABLE)
}

/// The result of clearing a listener's readiness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cleared {
    /// The next event wakes the loop.
    Yes,
    /// The event loop considers the listener closed forever, so waiting would return at once. It must be registered
    /// again.
    Never,
}

/// Waits for the next event from now on, if possible.
pub(super) fn clear<T: AsRawFd>(mut ready: AsyncFdReadyGuard<'_, T>) -> Cleared {
    // Tokio keeps this flag, because an ended stream stays ended. But a listener can listen again.
    if ready.ready().is_read_closed() {
        return Cleared::Never;
    }
    ready.clear_ready();
    Cleared::Yes
}
