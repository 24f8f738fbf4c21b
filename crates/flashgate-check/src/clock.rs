//! The time of a check.

use std::time::Duration;

use tokio::time::Instant;

/// The time since the check began, and its limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct CheckClock {
    pub(super) started: Instant,
    timeout: Duration,
    /// The limit of the whole check, if this is a share of it.
    whole: Duration,
}

impl CheckClock {
    pub(super) fn start(timeout: Duration) -> Self {
        Self {
            started: Instant::now(),
            timeout,
            whole: timeout,
        }
    }

    /// One of this number of equal shares of the time that is left, which begins now.
    pub(super) fn share(self, shares: usize) -> Self {
        let shares = u32::try_from(shares.max(1)).unwrap_or(u32::MAX);
        Self {
            timeout: self.elapsed() + self.left() / shares,
            ..self
        }
    }

    /// The time that is left.
    pub(super) fn left(self) -> Duration {
        self.timeout.saturating_sub(self.elapsed())
    }

    /// The limit of the whole check.
    pub(super) const fn whole(self) -> Duration {
        self.whole
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
