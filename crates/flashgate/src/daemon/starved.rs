//! What an accept loop does when descriptors or memory have run out: it pauses, ever longer; after a while it lets
//! clients go rather than have them wait.

use std::time::Duration;

use tokio::time::Instant;

/// The first pause when descriptors or memory have run out; it doubles up to [`LONGEST_PAUSE`].
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(100);
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// When they have run out for so long, connections are taken and closed: a client learns that it has to go elsewhere.
const PATIENCE: Duration = Duration::from_secs(5);

/// Since when descriptors or memory have run out, without a connection that could be taken.
#[derive(Debug, Default)]
pub(super) struct Starved {
    since: Option<Instant>,
    last: Option<Instant>,
    delay: Option<Duration>,
}

impl Starved {
    /// How long to pause this time. A while without trouble ends the spell.
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
