//! What an accept loop does when file descriptors or memory have run out. It pauses, longer each time. After a while it
//! closes connections, so that clients don't wait.

use std::time::Duration;

use tokio::time::Instant;

/// The first pause when file descriptors or memory have run out. It doubles up to [`LONGEST_PAUSE`].
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(100);
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// After this time, connections are accepted and closed at once, so that clients can try another server.
const PATIENCE: Duration = Duration::from_secs(5);

/// The time without file descriptors or memory, and without a successful accept.
#[derive(Debug, Default)]
pub(super) struct Starved {
    since: Option<Instant>,
    last: Option<Instant>,
    delay: Option<Duration>,
}

impl Starved {
    /// How long to pause this time. A while without errors starts over.
    pub(super) fn next_delay(&mut self) -> Duration {
        let now = Instant::now();
        if self.last.is_none_or(|last| now - last > LONGEST_PAUSE * 2) {
            self.since = Some(now);
            self.delay = None;
        }
        self.last = Some(now);
        let delay = self
            .delay
            .map_or(FIRST_PAUSE, |delay| (delay * 2).min(LONGEST_PAUSE));
        self.delay = Some(delay);
        delay
    }

    pub(super) fn for_too_long(&self) -> bool {
        self.since.is_some_and(|since| since.elapsed() >= PATIENCE)
    }
}
