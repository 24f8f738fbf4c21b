//! Many clients, slow clients and few resources do not affect other clients.

#![cfg(test)]

mod call_errors;
mod exhaustion;
mod fairness;
mod load;
mod memory;
mod panics;
mod places;
mod slowloris;
mod syn_flood;
mod threads;
mod unfinished;
