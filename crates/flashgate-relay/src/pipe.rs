//! Pipes that move bytes between sockets without copying.
//!
//! A full pipe takes a megabyte of kernel memory, so a thread has only a few. A relay that gets none copies. A pipe
//! returns to the pool only if it is empty, because its bytes belong to one relay.

use std::cell::RefCell;
use std::os::fd::OwnedFd;

use rustix::io::{Errno, retry_on_intr};
use rustix::pipe::{PipeFlags, SpliceFlags, fcntl_setpipe_size, pipe_with, splice};
use tokio::net::TcpStream;

use super::socket;

/// The most that an unprivileged process may ask for (`/proc/sys/fs/pipe-max-size`).
pub(super) const CAPACITY: usize = 1024 * 1024;

/// Pipes per thread. An unprivileged user may have four times as many in total (`pipe-user-pages-soft`).
const MOST: usize = 16;

const FLAGS: SpliceFlags = SpliceFlags::MOVE.union(SpliceFlags::NONBLOCK);

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool { free: Vec::new(), made: 0 }) };
}

#[derive(Debug)]
struct Pool {
    free: Vec<Ends>,
    /// Includes pipes that relays hold.
    made: usize,
}

#[derive(Debug)]
struct Ends {
    read: OwnedFd,
    write: OwnedFd,
}

/// A pipe that a relay holds.
#[derive(Debug)]
pub(super) struct Pipe {
    /// Present until the pipe is dropped.
    ends: Option<Ends>,
    filled: usize,
}

impl Pipe {
    /// Takes a pipe from the pool, or a new one if the limit allows it.
    pub(super) fn take() -> Option<Self> {
        POOL.with_borrow_mut(Pool::take).map(|ends| Self {
            ends: Some(ends),
            filled: 0,
        })
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// Reads as much as the socket has and the pipe has room for. Returns 0 at the end and `EAGAIN` if there are no
    /// bytes, like `splice`.
    pub(super) fn fill(&mut self, source: &TcpStream) -> Result<usize, Errno> {
        let ends = self.ends.as_ref().ok_or(Errno::INVAL)?;
        let room = CAPACITY.saturating_sub(self.filled);
        let count = retry_on_intr(|| splice(source, None, &ends.write, None, room, FLAGS))?;
        self.filled += count;
        Ok(count)
    }

    /// Writes as much as the socket has room for. `None` if it has no room.
    pub(super) fn drain(&mut self, sink: &TcpStream) -> Result<Option<usize>, Errno> {
        let ends = self.ends.as_ref().ok_or(Errno::INVAL)?;
        let count = socket::when_writable(sink, || {
            retry_on_intr(|| splice(&ends.read, None, sink, None, self.filled, FLAGS))
        })?;
        self.filled = self.filled.saturating_sub(count.unwrap_or(0));
        Ok(count)
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        let ends = self.ends.take();
        let empty = self.is_empty();
        // The pool is gone when the thread ends. Then the descriptors close themselves.
        let _ = POOL.try_with(|pool| pool.borrow_mut().give_back(ends.filter(|_| empty)));
    }
}

impl Pool {
    fn take(&mut self) -> Option<Ends> {
        if let Some(ends) = self.free.pop() {
            return Some(ends);
        }
        if self.made >= MOST {
            return None;
        }
        let ends = Ends::new().ok()?;
        self.made += 1;
        Some(ends)
    }

    fn give_back(&mut self, ends: Option<Ends>) {
        match ends {
            Some(ends) if self.free.len() < MOST => self.free.push(ends),
            _ => self.made = self.made.saturating_sub(1),
        }
    }
}

impl Ends {
    fn new() -> Result<Self, Errno> {
        let (read, write) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        // A small pipe is slower than copying.
        fcntl_setpipe_size(&write, CAPACITY)?;
        Ok(Self { read, write })
    }
}

#[cfg(test)]
pub(super) fn pooled() -> (usize, usize) {
    POOL.with_borrow(|pool| (pool.free.len(), pool.made))
}
