//! What a config is read for.

/// What a plan is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be served by a process that starts.
    Start,
    /// To be served by one that runs: it has become whom it was to become, and may have nothing left to look users up with.
    Reload,
    /// To be told about: certificates and keys are left alone, which may be for others' eyes only, and what is merely
    /// likely not meant is left to whoever serves it.
    Tell,
}
