//! Limits on connections: in all, per address, and for answered connections that linger.
//!
//! It provides counters, and permits that connections hold. It does not know what a connection does with its permit.

mod crowd;
mod lingering;
mod per_address;
mod permit;
mod permits;
mod spare;
mod sync;
mod unrecognized;

pub(crate) use per_address::{OverLimit, Subscriber};
pub(crate) use permit::{Answering, Permit};
pub(crate) use permits::{Capacity, MadeRoom, Permits, Scarce};
pub(crate) use spare::Spare;
pub(crate) use unrecognized::Evicted;
