//! What a test has measured, said so that `cargo xtask prove` can read it.

use std::time::Duration;

/// What precedes a figure in a test's output.
pub fn mark(name: &str) -> String {
    format!("figure {name}: ")
}

/// Says what was measured for one of the project's figures.
#[expect(
    clippy::print_stdout,
    reason = "a test's standard output is where it is looked for"
)]
pub fn report(name: &str, figure: impl std::fmt::Display) {
    println!("{}{figure}", mark(name));
}

/// How many a second.
pub fn rate(count: u64, took: Duration) -> u64 {
    let micros = took.as_micros().max(1);
    u64::try_from(u128::from(count) * 1_000_000 / micros).unwrap_or(u64::MAX)
}
