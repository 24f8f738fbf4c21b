//! What the daemon answers a process that asks for its listeners, and what it does once that one serves.

use std::future::pending;

use super::handover::{Caller, Offer, Said, Successors, Terms};
use super::{Daemon, losses};

/// Waits for what a successor says; for ever, where none can ask.
pub(super) async fn said(successors: &mut Option<Successors>) -> Said {
    match successors {
        Some(successors) => successors.next().await,
        None => pending().await,
    }
}

impl Daemon {
    /// Hands the listeners over to a process that asks, and says what it must not take away.
    pub(super) fn hand_over(&mut self, caller: Caller) {
        let listeners = self.listeners.endpoints();
        let terms = Terms {
            tls: self.listeners.speak_tls(),
            kept: losses::kept(listeners.iter()).collect(),
            ..Terms::default()
        };
        let offer = Offer {
            listeners: &listeners,
            manager: &self.manager,
            terms: terms.with_written(&self.changes.being_written()),
        };
        if let Some(successors) = &mut self.successors {
            successors.answer(caller, &offer);
        }
    }
}
