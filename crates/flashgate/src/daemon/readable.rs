//! Descriptors that the event loop watches for input.

use std::io;
use std::os::fd::AsRawFd;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Registers a descriptor with the event loop.
#[expect(
    deprecated,
    reason = "the newer constructor is unsafe, which no crate of ours is; what it asks for, a descriptor that stays \
              the same and open for as long as it is registered, `OwnedFd` and what holds one give"
)]
pub(super) fn watch<T: AsRawFd>(descriptor: T) -> io::Result<AsyncFd<T>> {
    AsyncFd::with_interest(descriptor, Interest::READABLE)
}
