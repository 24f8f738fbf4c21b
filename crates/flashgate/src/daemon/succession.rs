//! Hands the listeners over to a process that asks for them.

use super::handover::{Caller, Offer, Terms};
use super::{RunningDaemon, losses};

impl RunningDaemon {
    /// Sends the listeners to a process that asks, with the terms that it must keep.
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
