//! The first moments of a process: signals are listened for before anything is read or bound, so that none of them
//! meets a process that does not know it.

use std::fmt;
use std::io;
use std::panic::resume_unwind;
use std::thread;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use super::HeldSignals;
use super::signals::Signals;
use crate::log;

/// An event loop and ears for signals. They take no thread and no privilege, and outlive the giving up of both.
pub(crate) struct EventLoop {
    pub(super) runtime: Runtime,
    pub(super) signals: Signals,
}

/// What the system does not give.
#[derive(Debug)]
pub(crate) enum NotStarted {
    EventLoop(io::Error),
    Signals(io::Error),
}

impl fmt::Display for NotStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, error) = match self {
            Self::EventLoop(error) => ("can't start an event loop", error),
            Self::Signals(error) => ("can't listen for signals", error),
        };
        write!(f, "{what}: {}", log::reason(error))
    }
}

impl EventLoop {
    /// What was held back is heard now.
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

    /// Does what may wait for others, as reading a file that is a pipe. None if a signal stops it.
    ///
    /// It is done on a thread that is gone afterwards, for privileges are a thread's own.
    pub(crate) fn unless_stopped<T: Send + 'static>(
        &mut self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<Option<T>> {
        let (sender, receiver) = oneshot::channel();
        let thread = thread::Builder::new().name("start".to_owned()).spawn(|| {
            // Whoever was stopped meanwhile does not listen.
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
