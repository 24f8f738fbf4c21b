//! Signals that come before they are listened for: they wait, because their default would end the process.
//!
//! What comes before `main` can't be held back.

use nix::sys::signal::{SigSet, SigmaskHow};

/// Holds all signals back until it is dropped.
///
/// It does so for the thread that made it and for those that this thread starts meanwhile; programs that it starts would
/// inherit that too. So it must be dropped before either is started.
pub(crate) struct HeldSignals {
    /// What was held back before; none if the kernel refused.
    before: Option<SigSet>,
}

impl HeldSignals {
    pub(crate) fn new() -> Self {
        let before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_BLOCK);
        Self {
            before: before.ok(),
        }
    }
}

impl Drop for HeldSignals {
    fn drop(&mut self) {
        if let Some(before) = self.before {
            // It fails for a bad argument only.
            let _ = before.thread_set_mask();
        }
    }
}
