//! What a rule of a policy applies to.

/// What a rule applies to, if not to everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AppliesTo {
    /// Only sockets.
    Sockets,
    /// Only files over HTTP.
    Urls,
}
