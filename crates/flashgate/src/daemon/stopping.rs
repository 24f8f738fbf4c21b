//! How serving ends: nobody who was accepted is dropped, and nobody can make it last.

use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};
use tracing::info;

use super::Daemon;
use super::accept::Course;
use super::handover::Successors;
use super::listeners::Listeners;
use crate::connection::Shared;

/// How long a client that has said nothing is waited for after a stop: as long as a player waits for its answer
/// (Adobe, *Developer's Guide*: three seconds).
pub(super) const SILENT_DRAIN: Duration = Duration::from_secs(3);

/// How long what is cut may take to be gone.
const CUT: Duration = Duration::from_millis(500);

impl Daemon {
    /// Ends the accept loops, and lets what is open end: until a signal after a hand-over, else for a while.
    pub(super) async fn drain(&mut self, course: Course) {
        if course == Course::Leave {
            tokio::select! {
                () = drain(&mut self.listeners, self.successors.take(), course, &self.shared, None) => return,
                signal = self.signals.next_stop() => info!(signal, "stopping: relays get their time"),
            }
        }
        let limit = Some(self.plan.process.drain);
        tokio::select! {
            () = drain(&mut self.listeners, self.successors.take(), course, &self.shared, limit) => {}
            signal = self.signals.next_stop() => info!(signal, "stopping now"),
        }
        self.shared.stop.cut();
        // Each resets both its sides, which takes a turn of the event loop. Those that no cut reaches have had their time.
        let _ = timeout(CUT, self.shared.permits.none_relayed()).await;
    }
}

/// Lets what is queued be accepted, unless a successor does; and lets open connections end: all of them for a while,
/// those that are served longer, or as long as it takes.
async fn drain(
    listeners: &mut Listeners,
    successors: Option<Successors>,
    course: Course,
    shared: &Shared,
    limit: Option<Duration>,
) {
    let start = Instant::now();
    listeners.end(course).await;
    // Whoever has asked meanwhile finds nobody, and the addresses free.
    drop(successors);
    let silent = start + limit.map_or(SILENT_DRAIN, |limit| SILENT_DRAIN.min(limit));
    let _ = timeout_at(silent, shared.permits.all_returned()).await;
    match limit {
        Some(limit) => {
            let _ = timeout_at(start + limit, shared.permits.none_served()).await;
        }
        None => shared.permits.none_served().await,
    }
}
