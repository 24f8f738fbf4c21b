//! Everything that must hold on `main`, with the fastest checks first and the tests last.

use std::process::Command;

use anyhow::Result;

use crate::command::{cargo, step};
use crate::fuzz::{self, Limit};
use crate::tidy::Tidy;
use crate::{book, generate, needs, test};

/// How long each fuzz target runs.
const FUZZING: Limit = Limit::Seconds(20);

/// Runs all checks.
pub(crate) fn run() -> Result<()> {
    cargo(&["fmt", "--all", "--", "--check"])?;
    let fuzz = ["fmt", "--manifest-path", "fuzz/Cargo.toml"];
    cargo(&[&fuzz[..], &["--", "--check"]].concat())?;
    Tidy::default().run()?;
    let targets = [
        "clippy",
        "--profile",
        "checks",
        "--workspace",
        "--all-targets",
    ];
    cargo(&[&targets[..], &["--", "--deny", "warnings"]].concat())?;
    document()?;
    generate::run(generate::Mode::Check)?;
    needs::install()?;
    book::run()?;
    for fuzzed in fuzz::run(fuzz::targets()?.into_iter().map(|target| (target, FUZZING)))? {
        println!("{fuzzed}");
    }
    test::run()
}

/// Builds the documentation of every crate without warnings.
fn document() -> Result<()> {
    let mut command = Command::new("cargo");
    command
        .args([
            "doc",
            "--workspace",
            "--no-deps",
            "--document-private-items",
        ])
        .env("RUSTDOCFLAGS", "--deny warnings");
    step(&mut command)
}
