//! What the threads share the counters with. `tests/schedules.rs` compiles this folder with primitives that try every
//! order, so every shared counter must be made of these.

pub(super) use std::sync::atomic::{AtomicUsize, Ordering};
pub(super) use std::sync::{Mutex, MutexGuard};
