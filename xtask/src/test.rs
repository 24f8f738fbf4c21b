//! Runs the tests after installing what they need.

use std::path::Path;

use anyhow::Result;

use crate::command::cargo;
use crate::{needs, ruffle};

/// Runs every test of the workspace.
pub(crate) fn run() -> Result<()> {
    needs::install()?;
    ruffle::fetch()?;
    collected_policies()?;
    // Optimized, because there are tens of thousands of tests, and so that they run the program that users get.
    cargo(&[
        "test",
        "--profile",
        "checks",
        "--workspace",
        "--no-fail-fast",
    ])
}

/// Runs the tests with the collection of published policies, which is next to the repository or not there.
fn collected_policies() -> Result<()> {
    let collection = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    if !collection.is_dir() {
        println!(
            "skipped: no collection of policies at {}",
            collection.display()
        );
        return Ok(());
    }
    let test = ["test", "--profile", "checks", "--package", "flash-policy"];
    let ignored = ["--test", "corpus", "--", "--ignored"];
    cargo(&[&test[..], &ignored].concat())
}
