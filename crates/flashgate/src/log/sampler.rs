//! So many log lines a second of each kind, and a count of the others.
//!
//! A stranger can provoke some events at any rate. No count is lost: it stands on the next line of its kind, or on one
//! of its own when no such line follows. Nothing here may wake a daemon that has nothing to say.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::time::sleep;
use tracing::{debug, info, warn};

use crate::fault;

/// Lets some events of one kind through, and counts the others.
#[derive(Debug)]
pub(crate) struct Sampler(Arc<EventKind>);

#[derive(Debug)]
struct EventKind {
    name: &'static str,
    most: u32,
    level: EventLevel,
    window: Mutex<Window>,
}

/// How important the events are whose count is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EventLevel {
    /// Of single connections.
    Debug,
    /// Of what happens often and is not wrong.
    Info,
    Warn,
}

#[derive(Debug, Default)]
struct Window {
    since: Option<Instant>,
    admitted: u32,
    suppressed: u64,
}

const LENGTH: Duration = Duration::from_secs(1);

/// An event that comes in the first moment after a window says more than a mere count.
const GRACE: Duration = Duration::from_millis(250);

/// Of events that differ from each other.
const TEN: u32 = 10;

impl Sampler {
    /// For an event of single connections: the first ten of a second.
    pub(crate) fn of_connections(name: &'static str) -> Self {
        Self::new(name, TEN, EventLevel::Debug)
    }

    /// For a warning or an error that says the same each time: the first of a second.
    pub(crate) fn of_warnings(name: &'static str) -> Self {
        Self::new(name, 1, EventLevel::Warn)
    }

    /// For a warning that says something else each time: the first ten of a second.
    pub(crate) fn of_different_warnings(name: &'static str) -> Self {
        Self::new(name, TEN, EventLevel::Warn)
    }

    /// For news that is different each time: the first ten of a second.
    pub(crate) fn of_different_news(name: &'static str) -> Self {
        Self::new(name, TEN, EventLevel::Info)
    }

    fn new(name: &'static str, most: u32, level: EventLevel) -> Self {
        let kind = Arc::new(EventKind {
            name,
            most,
            level,
            window: Mutex::default(),
        });
        let mut kinds = kinds();
        kinds.retain(|kind| kind.strong_count() > 0);
        kinds.push(Arc::downgrade(&kind));
        Self(kind)
    }

    /// Whether to log now, and how many like it were not logged since the last line.
    pub(crate) fn admit(&self) -> Option<u64> {
        if fault::logs_all() {
            return Some(0);
        }
        let admitted = self.0.window().admit(self.0.most, Instant::now());
        if admitted.is_none() {
            UNTOLD.notify_one();
        }
        admitted
    }
}

impl EventKind {
    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, suppressed: u64) {
        let kind = self.name;
        match self.level {
            EventLevel::Debug => debug!(kind, suppressed, "more of the same"),
            EventLevel::Info => info!(kind, suppressed, "more of the same"),
            EventLevel::Warn => warn!(kind, suppressed, "more of the same"),
        }
    }
}

impl Window {
    fn admit(&mut self, most: u32, now: Instant) -> Option<u64> {
        if self.is_over(now) {
            self.since = Some(now);
            self.admitted = 0;
        }
        if self.admitted >= most {
            self.suppressed += 1;
            return None;
        }
        self.admitted += 1;
        Some(std::mem::take(&mut self.suppressed))
    }

    /// What nothing has told for a while since the window ended; still none while it lasts. Telling it is a line too,
    /// with which another window begins.
    fn overdue(&mut self, now: Instant) -> Option<u64> {
        if self.suppressed == 0 || !self.is_over_for(GRACE, now) {
            return None;
        }
        self.since = Some(now);
        self.admitted = 1;
        Some(std::mem::take(&mut self.suppressed))
    }

    fn is_over(&self, now: Instant) -> bool {
        self.is_over_for(Duration::ZERO, now)
    }

    fn is_over_for(&self, so_long: Duration, now: Instant) -> bool {
        self.since
            .is_none_or(|since| now.saturating_duration_since(since) >= LENGTH + so_long)
    }
}

/// Every kind there is: a handful for the whole daemon, and one for each listener.
static KINDS: Mutex<Vec<Weak<EventKind>>> = Mutex::new(Vec::new());

/// Told when an event was counted instead of logged.
static UNTOLD: Notify = Notify::const_new();

fn kinds() -> MutexGuard<'static, Vec<Weak<EventKind>>> {
    KINDS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells counts that no line has told, for ever. It sleeps where nothing is suppressed.
pub(crate) async fn tell_suppressed() {
    loop {
        UNTOLD.notified().await;
        sleep(LENGTH).await;
        if tell_overdue(Instant::now()) == Left::Some {
            UNTOLD.notify_one();
        }
    }
}

/// Tells every count there is, at the end.
pub(crate) fn tell_all_suppressed() {
    tell_overdue(Instant::now() + LENGTH + GRACE);
}

/// Whether counts are left whose second is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    Some,
    None,
}

fn tell_overdue(now: Instant) -> Left {
    let mut left = Left::None;
    let mut overdue = Vec::new();
    kinds().retain(|kind| {
        let Some(kind) = kind.upgrade() else {
            return false;
        };
        let mut window = kind.window();
        let told = window.overdue(now);
        if window.suppressed > 0 {
            left = Left::Some;
        }
        drop(window);
        overdue.extend(told.map(|suppressed| (kind, suppressed)));
        true
    });
    for (kind, suppressed) in overdue {
        kind.tell(suppressed);
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_a_second_and_a_count() {
        let (start, mut window) = (Instant::now(), Window::default());
        let at = |millis| start + Duration::from_millis(millis);
        assert_eq!(window.admit(2, at(0)), Some(0));
        assert_eq!(window.admit(2, at(1)), Some(0));
        assert_eq!(window.admit(2, at(2)), None);
        assert_eq!(window.admit(2, at(999)), None);
        assert_eq!(window.overdue(at(999)), None, "a line may still tell it");
        assert_eq!(window.admit(2, at(1_000)), Some(2));
        assert_eq!(window.admit(2, at(1_001)), Some(0));
        assert_eq!(window.admit(2, at(1_002)), None);
        assert_eq!(window.overdue(at(2_000)), None, "a line may still tell it");
        assert_eq!(window.overdue(at(2_250)), Some(1));
        assert_eq!(window.overdue(at(2_251)), None);
    }

    /// The line that tells a count is one of the second's lines.
    #[test]
    fn a_count_that_is_told_begins_a_second() {
        let (start, mut window) = (Instant::now(), Window::default());
        let at = |millis| start + Duration::from_millis(millis);
        assert_eq!(window.admit(1, at(0)), Some(0));
        assert_eq!(window.admit(1, at(1)), None);
        assert_eq!(window.overdue(at(1_250)), Some(1));
        assert_eq!(window.admit(1, at(1_251)), None);
        assert_eq!(window.admit(1, at(2_249)), None);
        assert_eq!(window.admit(1, at(2_250)), Some(2));
    }
}
