//! How many connections there may be: in all, of one address, and of those that were answered and linger.
//!
//! Counts and permits, as values that connections hold; what a connection does with its permit is not known here.

mod lingering;
mod per_address;
mod permits;
mod spare;

pub(crate) use per_address::OverLimit;
pub(crate) use permits::{Capacity, Permit, Permits, Scarce};
pub(crate) use spare::Spare;
