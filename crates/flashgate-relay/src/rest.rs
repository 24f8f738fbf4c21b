//! The buffer that all relays of a thread share, and what one of them keeps because its sink has no room.
//!
//! Nothing of the shared buffer outlives one read and the write behind it.

use std::cell::RefCell;

/// Large enough that system calls no longer count, small enough for the processor's cache.
pub const ROOM: usize = 64 * 1024;

/// What is read at once while the other direction keeps a rest: a peer that echoes and one that does not read would
/// otherwise cost two buffers.
pub(super) const LITTLE: usize = 4 * 1024;

thread_local! {
    static SHARED: RefCell<Box<[u8]>> = RefCell::new(vec![0; ROOM].into_boxed_slice());
}

/// Lends the thread's buffer. Whoever has it must not ask for it again.
pub(super) fn with_shared<T>(work: impl FnOnce(&mut [u8]) -> T) -> T {
    SHARED.with_borrow_mut(|buffer| work(buffer))
}

/// What was read and not written yet: as large as it must be, and never larger than [`ROOM`].
#[derive(Debug)]
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

    /// Notes that so many more were written; whether that was all.
    pub(super) fn sent(&mut self, count: usize) -> bool {
        self.sent += count;
        self.sent >= self.bytes.len()
    }
}
