//! The time of a check.

use std::time::Duration;

use tokio::time::Instant;

/// The time since the check began, and its limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct CheckClock {
    pub(super) started: Instant,
    timeout: Duration,
}

impl CheckClock {
    pub(super) fn start(timeout: Duration) -> Self {
        Self {
            started: Instant::now(),
            timeout,
        }
    }

    pub(super) fn elapsed(self) -> Duration {
        self.started.elapsed()
    }

    pub(super) fn end(self) -> Instant {
        self.started + self.timeout
    }

    /// This long from now, but not after the end of the check.
    pub(super) fn within(self, limit: Duration) -> Instant {
        (Instant::now() + limit).min(self.end())
    }
}
