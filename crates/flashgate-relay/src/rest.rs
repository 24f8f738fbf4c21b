//! The buffer that all relays of a thread share, and the bytes that a relay keeps because its sink has no room.
//!
//! The content of the shared buffer is used only for one read and the write after it.

use std::cell::RefCell;

/// Large enough that the cost of system calls does not matter, small enough for the processor's cache.
pub const ROOM: usize = 64 * 1024;

/// How much is read at once while the other direction keeps bytes. Otherwise, a peer that echoes together with one
/// that does not read would cost two buffers.
pub(super) const LITTLE: usize = 4 * 1024;

thread_local! {
    static SHARED: RefCell<Box<[u8]>> = RefCell::new(vec![0; ROOM].into_boxed_slice());
}

/// Lends the thread's buffer. `work` must not ask for it again.
pub(super) fn with_shared<T>(work: impl FnOnce(&mut [u8]) -> T) -> T {
    SHARED.with_borrow_mut(|buffer| work(buffer))
}

/// Bytes that were read but not written yet. Takes only as much memory as needed, and never more than [`ROOM`].
#[derive(Debug, Default)]
pub(super) struct Unwritten {
    bytes: Box<[u8]>,
    sent: usize,
}

impl Unwritten {
    pub(super) const fn new(bytes: Box<[u8]>) -> Self {
        Self { bytes, sent: 0 }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(self.sent..).unwrap_or_default()
    }

    /// Records that this many more bytes were written. Returns whether that was all.
    pub(super) fn sent(&mut self, count: usize) -> bool {
        self.sent += count;
        self.sent >= self.bytes.len()
    }
}
