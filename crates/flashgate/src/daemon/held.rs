//! Blocks signals until their handlers are installed, because their default action would end the process.
//!
//! A signal before `main` can't be blocked.

use nix::sys::signal::{SigSet, SigmaskHow};

/// Blocks all signals until it is dropped.
///
/// This applies to the current thread and to threads that it starts in the meantime. Programs would inherit the mask
/// too. So drop it before starting either.
pub(crate) struct HeldSignals {
    /// The signal mask before; `None` if the kernel refused to change it.
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
            // This can only fail for a bad argument.
            let _ = before.thread_set_mask();
        }
    }
}
