//! Runs the tests after installing what they need.

use anyhow::Result;

use crate::command::cargo;
use crate::{needs, ruffle};

/// Runs every test of the workspace.
pub(crate) fn run() -> Result<()> {
    needs::install()?;
    ruffle::fetch()?;
    // Optimized, because there are tens of thousands of tests, and so that they run the program that users get.
    cargo(&[
        "test",
        "--profile",
        "checks",
        "--workspace",
        "--no-fail-fast",
    ])
}
