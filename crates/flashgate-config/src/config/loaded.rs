//! The result of reading a config: a plan, or the mistakes in it.

use super::ConfigFindings;
use crate::snapshot::{Plan, Watched};

/// A plan that can be served.
#[derive(Debug)]
pub struct Loaded {
    /// What to serve.
    pub plan: Plan,
    /// What is probably a mistake.
    pub warnings: ConfigFindings,
}

/// Why there is no plan.
#[derive(Debug)]
pub struct PlanRefused {
    /// Every mistake.
    pub faults: ConfigFindings,
    /// The files in which the mistakes may be fixed, as far as they are known.
    pub watched: Vec<Watched>,
}
