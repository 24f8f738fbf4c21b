//! The size of a test: short for every change, long for `cargo xtask prove`.
//!
//! A short test asserts counts, bytes and memory. Only a long one asserts times and ratios, because machines differ and
//! are shared.

/// Set by `cargo xtask prove`.
pub const VARIABLE: &str = "FLASHGATE_PROVE";

/// Whether this is the long run.
pub fn is_long() -> bool {
    std::env::var_os(VARIABLE).is_some()
}

/// One of two values, depending on the length of the run.
pub fn short_or_long<T>(short: T, long: T) -> T {
    if is_long() { long } else { short }
}
