//! The size of a test: short for every change, long for `cargo xtask prove`.
//!
//! A short test asserts counts, bytes and memory. Only a long one asserts times and ratios, because machines differ and
//! are shared.

use std::time::Duration;

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

/// Replaces the length of the tests that run for a time, in seconds.
pub const LENGTH: &str = "FLASHGATE_SECONDS";

/// How long a test runs: one of two lengths, or [`LENGTH`] if it is set.
pub fn length(short: Duration, long: Duration) -> Duration {
    let seconds = std::env::var(LENGTH)
        .ok()
        .and_then(|text| text.parse().ok());
    seconds.map_or_else(|| short_or_long(short, long), Duration::from_secs)
}
