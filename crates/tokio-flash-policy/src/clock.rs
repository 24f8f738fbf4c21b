//! Converts between the machine's time and tokio's clock.

use std::io;
use std::time::Duration;

use flash_policy::Moment;
use tokio::time::{Instant, timeout_at};

/// About thirty years: the limit of tokio's own timers.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// Counts from its creation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn now(self) -> Moment {
        Moment::after(self.0.elapsed())
    }

    /// Converts a moment to tokio's clock.
    pub(crate) fn instant(self, moment: Moment) -> Instant {
        let left = moment.since(Moment::ZERO).min(FAR);
        self.0.checked_add(left).unwrap_or(self.0)
    }

    /// Runs `work` and passes its result to `made`. Returns `None` if it is not done by `until`.
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
