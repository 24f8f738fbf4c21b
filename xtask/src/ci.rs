//! Everything that must hold on `main`, in the order in which it fails fastest; the tests come last.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::fuzz::{self, Limit};
use crate::{generate, test};

/// How long each of the fuzzer's targets runs.
const FUZZING: Limit = Limit::Seconds(20);

/// Runs all of it.
pub(crate) fn run() -> Result<()> {
    cargo(&["fmt", "--all", "--", "--check"])?;
    let fuzz = ["fmt", "--manifest-path", "fuzz/Cargo.toml"];
    cargo(&[&fuzz[..], &["--", "--check"]].concat())?;
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

/// Runs cargo; its output is shown as it comes.
pub(crate) fn cargo(arguments: &[&str]) -> Result<()> {
    step(Command::new("cargo").args(arguments))
}

/// Runs a command, naming it before and, should it fail, after.
pub(crate) fn step(command: &mut Command) -> Result<()> {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .collect();
    let shown = words.join(std::ffi::OsStr::new(" ")).display().to_string();
    println!("+ {shown}");
    let status = command
        .status()
        .with_context(|| format!("can't run {shown}"))?;
    if !status.success() {
        bail!("{shown} failed: {status}");
    }
    Ok(())
}
