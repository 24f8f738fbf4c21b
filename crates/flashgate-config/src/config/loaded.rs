//! The result of reading a config: a plan, or why it was refused.

use super::ConfigFindings;
use crate::snapshot::{Plan, Watched};

/// A plan that can be served.
#[derive(Debug)]
pub struct Loaded {
    /// What is served.
    pub plan: Plan,
    /// What is likely not meant.
    pub warnings: ConfigFindings,
}

/// Why there is no plan.
#[derive(Debug)]
pub struct PlanRefused {
    /// Everything that is wrong.
    pub faults: ConfigFindings,
    /// The files in which it may be fixed, as far as they are known.
    pub watched: Vec<Watched>,
}
