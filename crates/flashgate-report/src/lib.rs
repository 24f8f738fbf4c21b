//! Findings in, text out, in every format that [flashgate](https://github.com/flashgate/flashgate) speaks.
//!
//! Nothing here decides anything: what a finding means, and whether it counts, is settled before.
//!
//! This crate is an internal part of flashgate and has no stable API: any release may change any of it.

pub mod explain;
pub mod outcome;
pub mod render;
pub mod visible;
