//! The first bytes of a connection: read, kept, and recognised under one deadline.
//!
//! Nothing is read beyond what 64 bytes hold, and nothing that was read is ever lost: it stays in the [`Opening`].

use std::io;

use flash_policy::accept::{self, First, OpeningTimer, Timing};
use tokio::io::AsyncRead;

use crate::clock::Clock;
use crate::operations;

/// The bytes read so far, and what they are.
#[derive(Clone, Debug, Default)]
pub struct Opening(accept::Opening);

impl Opening {
    /// Nothing read yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(accept::Opening::new())
    }

    /// Reads once through `read`, for callers that have a stream of their own kind; returns how many bytes came.
    ///
    /// `read` gets room for the bytes and returns how many of it it has filled. Where it fails, nothing has changed.
    pub fn fill<E>(
        &mut self,
        read: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<usize, E> {
        let room = self.0.room();
        let most = room.len();
        let count = read(room)?.min(most);
        self.0.advance(count);
        Ok(count)
    }

    /// The bytes read so far.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.0.bytes()
    }

    /// What is known from the bytes alone.
    #[must_use]
    pub fn first(&self) -> Option<First> {
        self.0.first()
    }

    /// Reads until it is known what the connection is.
    ///
    /// It may be dropped and called again; what was read stays here, but the time starts again.
    pub fn read<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        timing: Timing,
    ) -> impl Future<Output = io::Result<First>> {
        let clock = Clock::start();
        let mut timer = OpeningTimer::new(timing, clock.now());
        // A block rather than an `async fn`: a waiting connection keeps its captures once, not twice.
        async move {
            loop {
                if let Some(first) = timer.first(&self.0, clock.now()) {
                    return Ok(first);
                }
                let until = timer.until(&self.0);
                let read = operations::read(stream, self.0.room());
                let Some(count) = clock.by(until, read, |count| count).await.transpose()? else {
                    continue;
                };
                if count == 0 {
                    return Ok(self.0.first_at_end());
                }
                self.0.advance(count);
                timer.heard(clock.now());
            }
        }
    }
}
