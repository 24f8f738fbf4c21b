//! When a limit is over, however long it is.

use std::time::Duration;

use tokio::time::Instant;

/// About thirty years: as far as tokio's own timers reach.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// So long from now; what no clock can tell is as good as never.
pub(crate) fn later(limit: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(limit.min(FAR)).unwrap_or(now)
}
