//! The config file and the plan of [flashgate](https://github.com/flashgate/flashgate). Reads TOML, policies and
//! certificates, and returns a resolved plan or every mistake.
//!
//! Nothing here binds, connects, logs or prints. Values from the command line are arguments.
//!
//! This crate is an internal part of flashgate and has no stable API: any release may change any of it.

pub mod account;
pub mod config;
pub mod confinement;
mod reason;
pub mod regular_file;
pub mod ruffle;
pub mod snapshot;
pub mod spelling;
pub mod tls;

pub use reason::reason;
