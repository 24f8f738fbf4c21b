//! Everything that must hold on `main`, with the fastest checks first and the tests last.

use anyhow::Result;

use crate::command::{cargo, step};
use crate::doc_coverage::DocCoverage;
use crate::fuzz::{self, Limit};
use crate::libraries::Libraries;
use crate::tidy::Tidy;
use crate::{book, forge, generate, kubernetes, needs, package, test};

/// How long each fuzz target runs.
const FUZZING: Limit = Limit::Seconds(20);

/// Runs all checks.
pub(crate) fn run() -> Result<()> {
    cargo(&["fmt", "--all", "--", "--check"])?;
    let fuzz = ["fmt", "--manifest-path", "fuzz/Cargo.toml"];
    cargo(&[&fuzz[..], &["--", "--check"]].concat())?;
    Tidy::default().run()?;
    clippy(&["--workspace"])?;
    let [first, second] = test::LIBRARIES;
    let libraries = ["--package", first, "--package", second, "--all-features"];
    clippy(&libraries)?;
    document(&["--workspace", "--document-private-items"])?;
    document(&libraries)?;
    DocCoverage::default().run()?;
    let program = package::binary::build()?;
    testkit::binary::provide(program.clone());
    generate::run(generate::Mode::Check)?;
    needs::install()?;
    book::run()?;
    forge::check()?;
    package::check::run()?;
    kubernetes::run()?;
    Libraries::default().run()?;
    for fuzzed in fuzz::run(fuzz::targets()?.into_iter().map(|target| (target, FUZZING)))? {
        println!("{fuzzed}");
    }
    test::run(Some(&program))
}

fn clippy(packages: &[&str]) -> Result<()> {
    let clippy = ["clippy", "--profile", "checks", "--all-targets"];
    cargo(&[&clippy[..], packages, &["--", "--deny", "warnings"]].concat())
}

/// Builds the documentation without warnings.
fn document(packages: &[&str]) -> Result<()> {
    let mut command = testkit::cargo::command();
    command
        .args(["doc", "--no-deps"])
        .args(packages)
        .env("RUSTDOCFLAGS", "--deny warnings");
    step(&mut command)
}
