//! Descriptors that the event loop watches for input.

use std::io;
use std::os::fd::AsRawFd;

use tokio::io::Interest;
use tokio::io::unix::{AsyncFd, AsyncFdReadyGuard};

/// Registers a descriptor with the event loop.
#[expect(
    deprecated,
    reason = "the newer constructor is unsafe, which no crate of ours is; what it asks for, a descriptor that stays \
              the same and open for as long as it is registered, `OwnedFd` and what holds one give"
)]
pub(super) fn watch<T: AsRawFd>(descriptor: T) -> io::Result<AsyncFd<T>> {
    AsyncFd::with_interest(descriptor, Interest::READABLE)
}

/// What is known of a listener after a look at it found nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cleared {
    /// The next event tells of it.
    Yes,
    /// The event loop takes it for closed, for good, whatever becomes of it: waiting for it would not wait. It must be
    /// watched anew.
    Never,
}

/// Waits for the next event from now on, if that can be.
pub(super) fn clear<T: AsRawFd>(mut ready: AsyncFdReadyGuard<'_, T>) -> Cleared {
    // Tokio keeps this part: a stream that has ended stays so. A listener can be told to listen again.
    if ready.ready().is_read_closed() {
        return Cleared::Never;
    }
    ready.clear_ready();
    Cleared::Yes
}
