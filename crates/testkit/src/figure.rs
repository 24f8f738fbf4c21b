//! What a test has measured, said so that `cargo xtask prove` can read it.

/// What precedes a figure in a test's output.
#[must_use]
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
