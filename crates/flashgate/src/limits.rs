//! How many connections there may be: in all, of one address, and of those that were answered and linger.
//!
//! Counts and permits, as values that connections hold; what a connection does with its permit is not known here.

mod crowd;
mod lingering;
mod per_address;
mod permit;
mod permits;
mod spare;
mod unrecognised;

pub(crate) use per_address::OverLimit;
pub(crate) use permit::{Answering, Permit};
pub(crate) use permits::{Capacity, MadeRoom, Permits, Scarce};
pub(crate) use spare::Spare;
pub(crate) use unrecognised::Evicted;
