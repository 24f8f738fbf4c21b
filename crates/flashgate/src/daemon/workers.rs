//! The threads that serve: each has an event loop of its own, and no work moves from one to another.

use std::io;
use std::num::NonZeroU32;
use std::thread::{self, JoinHandle};

use tokio::runtime::{Builder, Handle};
use tokio::sync::watch;

/// The threads beside the first, which is the caller's own.
#[derive(Debug)]
pub(super) struct Workers {
    handles: Vec<Handle>,
    threads: Vec<JoinHandle<()>>,
    stop: watch::Sender<()>,
}

impl Workers {
    /// Starts so many threads less one; to be called on the first thread's event loop.
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
            // The only change is the end: the sender is dropped.
            let _ = runtime.block_on(stop.changed());
        };
        let thread = thread::Builder::new().name(format!("serve-{number}"));
        self.threads.push(thread.spawn(serve)?);
        Ok(())
    }

    /// The event loop of every thread.
    pub(super) fn handles(&self) -> &[Handle] {
        &self.handles
    }

    /// Ends the threads, and with them what still runs there.
    pub(super) fn stop(self) {
        drop(self.stop);
        for thread in self.threads {
            // A thread that has panicked has said so.
            let _ = thread.join();
        }
    }
}
