//! Everything that must hold on `main`, in the order in which it fails fastest; the tests come last.

use std::process::Command;

use anyhow::Result;

use crate::command::{cargo, step};
use crate::fuzz::{self, Limit};
use crate::tidy::Tidy;
use crate::{book, generate, needs, test};

/// How long each of the fuzzer's targets runs.
const FUZZING: Limit = Limit::Seconds(20);

/// Runs all of it.
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

/// The documentation of every crate, with nothing to complain of.
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
