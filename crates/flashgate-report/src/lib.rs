//! Writes findings as text, in every format that [flashgate](https://github.com/flashgate/flashgate) supports.
//!
//! Nothing here decides what a finding means or whether it counts.
//!
//! This crate is an internal part of flashgate and has no stable API: any release may change any of it.

pub mod explain;
pub mod outcome;
pub mod render;
pub mod visible;
