//! A spare descriptor, for when there are no others.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Mutex;

use rustix::io::fcntl_dupfd_cloexec;

/// A spare descriptor. Closing it for a moment lets a process without free descriptors accept and close connections.
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

/// Duplicates a descriptor. It uses an open file, because opening another may be forbidden.
fn one_more() -> Option<OwnedFd> {
    fcntl_dupfd_cloexec(io::stderr(), 0).ok()
}
