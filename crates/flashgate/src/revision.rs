//! The version of the program, and the commit that it was built from. `build.rs` finds the commit.

/// The version, without the commit.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The version with the short hash and the date of the commit, as far as they are known:
/// `0.1.0 (53b3cb74e0a1 2026-11-30)`.
pub(crate) const WITH_COMMIT: &str = env!("FLASHGATE_VERSION");

/// The full hash of the commit.
pub(crate) fn commit() -> Option<&'static str> {
    Some(env!("FLASHGATE_COMMIT")).filter(|hash| !hash.is_empty())
}
