//! The threads that serve. Each has its own event loop, and work never moves between them.

use std::io;
use std::num::NonZeroU32;
use std::thread::{self, JoinHandle};

use tokio::runtime::{Builder, Handle};
use tokio::sync::watch;

/// The threads other than the first, which is the caller's.
#[derive(Debug)]
pub(super) struct Workers {
    handles: Vec<Handle>,
    threads: Vec<JoinHandle<()>>,
    stop: watch::Sender<()>,
}

impl Workers {
    /// Starts `threads` minus one. Call it on the event loop of the first thread.
    pub(super) fn start(threads: NonZeroU32) -> io::Result<Self> {
        let (stop, _) = watch::channel(());
        let mut workers = Self {
            handles: vec![Handle::current()],
            threads: Vec::new(),
            stop,
        };
        for number in 1..threads.get() {
            workers.add(number)?;
        }
        Ok(workers)
    }

    fn add(&mut self, number: u32) -> io::Result<()> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        self.handles.push(runtime.handle().clone());
        let mut stop = self.stop.subscribe();
        let serve = move || {
            // The only change is the end, when the sender is dropped.
            let _ = runtime.block_on(stop.changed());
        };
        let thread = thread::Builder::new().name(format!("serve-{number}"));
        self.threads.push(thread.spawn(serve)?);
        Ok(())
    }

    /// The event loops of all threads.
    pub(super) fn handles(&self) -> &[Handle] {
        &self.handles
    }

    /// Ends the threads, and everything that runs on them.
    pub(super) fn stop(self) {
        drop(self.stop);
        for thread in self.threads {
            // A panic has already been logged.
            let _ = thread.join();
        }
    }
}
