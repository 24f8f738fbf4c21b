//! Limits each kind of log line to a number per second, and counts the others.
//!
//! A client can cause some events at any rate. No count is lost: the next line of the same kind shows it, or a separate
//! line if no other follows. An idle daemon must not be woken for this.

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

/// The level at which suppressed events are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EventLevel {
    /// Events of single connections.
    Debug,
    /// Events that are frequent and not errors.
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

/// Extra time after a window before its count gets a line of its own. An event in this time shows the count instead.
const GRACE: Duration = Duration::from_millis(250);

/// The limit for events that differ from each other.
const TEN: u32 = 10;

impl Sampler {
    /// For events of single connections: the first ten of each second.
    pub(crate) fn of_connections(name: &'static str) -> Self {
        Self::new(name, TEN, EventLevel::Debug)
    }

    /// For a warning or error with the same text each time: the first of each second.
    pub(crate) fn of_warnings(name: &'static str) -> Self {
        Self::new(name, 1, EventLevel::Warn)
    }

    /// For a warning that differs each time: the first ten of each second.
    pub(crate) fn of_different_warnings(name: &'static str) -> Self {
        Self::new(name, TEN, EventLevel::Warn)
    }

    /// For an informational event that differs each time: the first ten of each second.
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

    /// Whether to log now. Returns how many events of this kind were suppressed since the last line.
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
            EventLevel::Debug => debug!(kind, suppressed, "events suppressed"),
            EventLevel::Info => info!(kind, suppressed, "events suppressed"),
            EventLevel::Warn => warn!(kind, suppressed, "events suppressed"),
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

    /// The number of suppressed events, if no line has shown it for a while after the window ended. Reporting it is a
    /// line too, which starts another window.
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

/// Every kind of event: a few for the whole daemon, and one for each listener.
static KINDS: Mutex<Vec<Weak<EventKind>>> = Mutex::new(Vec::new());

/// Notified when an event was counted instead of logged.
static UNTOLD: Notify = Notify::const_new();

fn kinds() -> MutexGuard<'static, Vec<Weak<EventKind>>> {
    KINDS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Logs the counts that no other line has shown. Runs forever, and sleeps while nothing is suppressed.
pub(crate) async fn tell_suppressed() {
    loop {
        UNTOLD.notified().await;
        sleep(LENGTH).await;
        if tell_overdue(Instant::now()) == Left::Some {
            UNTOLD.notify_one();
        }
    }
}

/// Logs every remaining count, at the end.
pub(crate) fn tell_all_suppressed() {
    tell_overdue(Instant::now() + LENGTH + GRACE);
}

/// Whether there are counts whose window is not over.
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
        assert_eq!(
            window.overdue(at(999)),
            None,
            "another line may still show it"
        );
        assert_eq!(window.admit(2, at(1_000)), Some(2));
        assert_eq!(window.admit(2, at(1_001)), Some(0));
        assert_eq!(window.admit(2, at(1_002)), None);
        assert_eq!(
            window.overdue(at(2_000)),
            None,
            "another line may still show it"
        );
        assert_eq!(window.overdue(at(2_250)), Some(1));
        assert_eq!(window.overdue(at(2_251)), None);
    }

    /// The line that reports a count is one of the second's lines.
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
