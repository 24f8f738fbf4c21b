//! Black-box tests of the `flashgate` binary: a harness that starts it, load, failures, namespaces, stand-in servers.
//!
//! Nothing here links the program: tests see what a client or an operator sees.

pub mod backend;
pub mod binary;
pub mod book;
pub mod cargo;
pub mod client;
pub mod container;
pub mod cpu;
pub mod daemon;
pub mod dns;
pub mod figure;
pub mod folder;
pub mod link;
mod listening;
pub mod load;
pub mod log_pipe;
pub mod lossy;
pub mod mixed;
pub mod namespace;
pub mod needs;
pub mod pattern;
pub mod plug_in;
pub mod port;
pub mod published;
pub mod real_server;
pub mod scale;
pub mod session;
pub mod slow;
pub mod stand_in;
pub mod syn_flood;
pub mod trace;
pub mod websocket;
pub mod zoo;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Sets a flag when it is dropped, also by a panic.
///
/// For threads in a scope that run until the flag is set: a scope waits for its threads before it propagates a panic,
/// so without this a failing test would hang.
#[derive(Debug)]
pub struct SetAtEnd<'a>(pub &'a AtomicBool);

impl Drop for SetAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Waits until a condition is true, checking every few milliseconds; returns false after the limit.
///
/// For conditions without an event to wait for: a counter in `/proc`, a file that another program writes.
#[must_use = "a condition that was never met is a failed test"]
pub fn until(limit: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + limit;
    while !holds() {
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
    true
}
