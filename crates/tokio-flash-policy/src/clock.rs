//! The machine's time, by tokio's clock.

use std::io;
use std::time::Duration;

use flash_policy::accept::Moment;
use tokio::time::{Instant, timeout_at};

/// About thirty years: as far as tokio's own timers reach.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// Counts from the moment it was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn now(self) -> Moment {
        Moment::after(self.0.elapsed())
    }

    /// The same moment by tokio's clock.
    pub(crate) fn instant(self, moment: Moment) -> Instant {
        let left = moment.since(Moment::ZERO).min(FAR);
        self.0.checked_add(left).unwrap_or(self.0)
    }

    /// Does this, and makes something of the result; none if it is not done by then.
    pub(crate) async fn by<T, U>(
        self,
        until: Moment,
        work: impl Future<Output = io::Result<T>>,
        made: impl FnOnce(T) -> U,
    ) -> Option<io::Result<U>> {
        let done = timeout_at(self.instant(until), work).await.ok()?;
        Some(done.map(made))
    }
}
