//! What a config is read for.

/// What a plan is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanPurpose {
    /// To be served by a process that starts.
    Start,
    /// Read by a daemon that already runs: it has changed its user, and may no longer be able to look users up.
    Reload,
    /// Only described: certificates and keys, which may be secret, are not read, and warnings are left to `serve`.
    Tell,
}
