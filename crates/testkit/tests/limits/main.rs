//! What many clients, slow ones and few resources cost the others: nothing.

#![cfg(test)]

mod exhaustion;
mod fairness;
mod load;
mod memory;
mod panics;
mod places;
mod slowloris;
mod threads;
mod unfinished;
