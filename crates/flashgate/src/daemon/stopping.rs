//! The end of serving. Every accepted client gets its time, no client can prolong the stop, and policy requests are
//! answered until the end.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};
use tracing::info;

use super::RunningDaemon;
use super::accept::Course;
use super::accept::SILENT_DRAIN;
use super::handover::{Offer, Said, Terms, awaited};
use super::listeners::Listeners;
use crate::connection::Shared;
use crate::log::LIFECYCLE;

/// How long reset relays may take to end, and a client that connected at the very end to send its request.
const CUT: Duration = Duration::from_millis(500);

/// How long the queue may take at the very end. It adds to `drain`.
const LAST_QUEUE: Duration = Duration::from_millis(250);

impl RunningDaemon {
    /// After a handover: leaves the queue to the new process, and lets open connections end by themselves. After a
    /// signal they have `drain` left.
    pub(super) async fn leave(&mut self) {
        // The next start asks the new process.
        self.successors = None;
        self.listeners.end(Course::Leave).await;
        tokio::select! {
            () = all_served(&self.shared, Instant::now(), None) => return,
            signal = self.signals.next_stop() => info!(signal, "stopping: giving relays time to end"),
        }
        let limit = Some(self.plan.process.drain);
        tokio::select! {
            () = all_served(&self.shared, Instant::now(), limit) => {}
            signal = self.signals.next_stop() => info!(signal, "stopping now"),
        }
        self.cut().await;
    }

    /// After a signal: serves the queue, lets open connections end within `drain`, and answers policy requests in the
    /// meantime.
    pub(super) async fn stop(&mut self) {
        let (start, limit) = (Instant::now(), self.plan.process.drain);
        if self.is_succeeded(start, limit).await {
            info!(target: LIFECYCLE, "handed over: the new process serves");
            self.successors = None;
            self.listeners.end(Course::Leave).await;
            tokio::select! {
                () = all_served(&self.shared, start, Some(limit)) => {}
                signal = self.signals.next_stop() => info!(signal, "stopping now"),
            }
        }
        // From now on, a new process has nothing to take over, and finds the addresses free.
        if let Some(successors) = self.successors.take() {
            successors.leave();
        }
        self.listeners.end(Course::End(LAST_QUEUE)).await;
        self.cut().await;
    }

    /// Closes within `drain`, unless a signal or a new process ends it earlier. Returns whether a new process serves.
    ///
    /// Nothing that holds a listener may outlive this function. Connections queued on an open listener without an
    /// accept loop would be lost.
    async fn is_succeeded(&mut self, start: Instant, limit: Duration) -> bool {
        let endpoints = self.listeners.endpoints();
        let mut closed = pin!(close(&mut self.listeners, &self.shared, start, limit));
        loop {
            tokio::select! {
                biased;
                signal = self.signals.next_stop() => {
                    info!(signal, "stopping now");
                    return false;
                }
                said = awaited(&mut self.successors) => match said {
                    Said::Asks(caller) => {
                        let terms = Terms { stopping: true, ..Terms::default() };
                        let offer = Offer {
                            listeners: &endpoints,
                            manager: &self.manager,
                            terms: terms.with_written(&self.changes.being_written()),
                        };
                        if let Some(successors) = &mut self.successors {
                            successors.answer(caller, &offer);
                        }
                    }
                    Said::Serves(successor) => {
                        self.manager.main_process_is(successor.main_process());
                        drop(successor);
                        return true;
                    }
                },
                () = &mut closed => return false,
            }
        }
    }

    /// Resets all remaining relays.
    async fn cut(&self) {
        self.shared.stop.cut();
        // Each relay resets both sides, which takes one turn of the event loop.
        let _ = timeout(CUT, self.shared.permits.none_relayed_or_late()).await;
    }
}

/// Lets earlier connections end, while policy requests are answered.
async fn close(listeners: &mut Listeners, shared: &Shared, start: Instant, limit: Duration) {
    listeners.close(SILENT_DRAIN.min(limit)).await;
    all_served(shared, start, Some(limit)).await;
}

/// Lets open connections end: all of them for a few seconds, and served ones up to the limit.
async fn all_served(shared: &Shared, start: Instant, limit: Option<Duration>) {
    let silent = start + limit.map_or(SILENT_DRAIN, |limit| SILENT_DRAIN.min(limit));
    let _ = timeout_at(silent, shared.permits.all_returned()).await;
    match limit {
        Some(limit) => {
            let _ = timeout_at(start + limit, shared.permits.none_served()).await;
        }
        None => shared.permits.none_served().await,
    }
}
