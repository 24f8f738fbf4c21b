//! What the daemon answers a process that asks for its listeners, and what it does once that one serves.

use super::handover::{Caller, Offer, Terms};
use super::{RunningDaemon, losses};

impl RunningDaemon {
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
