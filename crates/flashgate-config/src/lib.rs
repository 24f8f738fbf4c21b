//! The config file and the plan of [flashgate](https://github.com/flashgate/flashgate): TOML, policies and certificates in,
//! a resolved plan or all of its faults out.
//!
//! Nothing here binds, connects, logs or prints; what a command line says is given as values.
//!
//! This crate is an internal part of flashgate and has no stable API: any release may change any of it.

pub mod account;
pub mod config;
pub mod confinement;
mod reason;
pub mod regular_file;
pub mod ruffle;
pub mod snapshot;
pub mod tls;

pub use reason::reason;
