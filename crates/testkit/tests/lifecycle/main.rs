//! Start, stop, signals, hand-over, and the service manager.

#![cfg(test)]

mod activation;
mod handover;
mod no_refusal;
mod signals;
mod soak;
mod start;
mod stopping;
mod successors;
mod units;
