//! The first steps of a process. Signal handlers are installed before anything is read or bound, so that a signal never
//! meets a process without a handler.

use std::fmt;
use std::io;
use std::panic::resume_unwind;
use std::thread;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use super::HeldSignals;
use super::signals::Signals;
use crate::log;

/// An event loop with signal handlers. They need no thread and no privilege, and survive dropping privileges.
pub(crate) struct EventLoop {
    pub(super) runtime: Runtime,
    pub(super) signals: Signals,
}

/// What the system refused.
#[derive(Debug)]
pub(crate) enum NotStarted {
    EventLoop(io::Error),
    Signals(io::Error),
}

impl fmt::Display for NotStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, error) = match self {
            Self::EventLoop(error) => ("can't start an event loop", error),
            Self::Signals(error) => ("can't install signal handlers", error),
        };
        write!(f, "{what}: {}", log::reason(error))
    }
}

impl EventLoop {
    /// Creates it, and unblocks the signals that were held.
    pub(crate) fn new(held: Option<HeldSignals>) -> Result<Self, NotStarted> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(NotStarted::EventLoop)?;
        let entered = runtime.enter();
        let signals = Signals::new().map_err(NotStarted::Signals)?;
        drop(entered);
        drop(held);
        Ok(Self { runtime, signals })
    }

    /// Runs work that may block, such as reading a pipe. Returns `None` if a signal stops it.
    ///
    /// It runs on a thread that ends afterwards, because privileges belong to a thread.
    pub(crate) fn unless_stopped<T: Send + 'static>(
        &mut self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<Option<T>> {
        let (sender, receiver) = oneshot::channel();
        let thread = thread::Builder::new().name("start".to_owned()).spawn(|| {
            // If a signal stopped it, there is no receiver.
            let _ = sender.send(work());
        })?;
        let signals = &mut self.signals;
        let done = self.runtime.block_on(async {
            tokio::select! {
                biased;
                _ = signals.next_stop() => None,
                done = receiver => Some(done),
            }
        });
        let Some(done) = done else { return Ok(None) };
        if let Err(panic) = thread.join() {
            resume_unwind(panic);
        }
        Ok(done.ok())
    }
}
