//! Why a config is read.

/// The purpose of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanPurpose {
    /// A new process will serve it.
    Start,
    /// A running daemon reads it. It has switched its user and may no longer be able to look up users.
    Reload,
    /// It is only described. Certificates and keys, which may be secret, are not read, and `serve` reports the
    /// warnings.
    Tell,
}
