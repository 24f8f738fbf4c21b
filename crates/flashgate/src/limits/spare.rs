//! A descriptor to spare, for when there are no others.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Mutex;

use rustix::io::fcntl_dupfd_cloexec;

/// A descriptor kept in hand: given up for a moment, it lets a process that has none left accept and close.
#[derive(Debug, Default)]
pub(crate) struct Spare(Mutex<Option<OwnedFd>>);

impl Spare {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(one_more()))
    }

    /// Runs `accept` with the spare descriptor free, if there is one.
    pub(crate) fn shed(&self, accept: impl FnOnce()) {
        let Ok(mut spare) = self.0.lock() else { return };
        if spare.take().is_some() {
            accept();
        }
        *spare = one_more();
    }
}

/// A descriptor of no use; of a file that is open already, for opening another may be forbidden.
fn one_more() -> Option<OwnedFd> {
    fcntl_dupfd_cloexec(io::stderr(), 0).ok()
}
