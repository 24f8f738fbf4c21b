//! Prints a figure that a test measured, in a form that `cargo xtask prove` reads.

use std::time::Duration;

/// The text before a figure in a test's output.
pub fn mark(name: &str) -> String {
    format!("figure {name}: ")
}

/// Prints a measurement for one of the project's figures.
#[expect(
    clippy::print_stdout,
    reason = "`cargo xtask prove` reads the test's standard output"
)]
pub fn report(name: &str, figure: impl std::fmt::Display) {
    println!("{}{figure}", mark(name));
}

/// The rate per second.
pub fn rate(count: u64, took: Duration) -> u64 {
    let micros = took.as_micros().max(1);
    u64::try_from(u128::from(count) * 1_000_000 / micros).unwrap_or(u64::MAX)
}
