//! The tests, after what they need was installed.

use anyhow::Result;

use crate::command::cargo;
use crate::{needs, ruffle};

/// Runs every test of the workspace.
pub(crate) fn run() -> Result<()> {
    needs::install()?;
    ruffle::fetch()?;
    // Optimised, for the tests count in the ten thousands, and so that the program they start is the one users get.
    cargo(&[
        "test",
        "--profile",
        "checks",
        "--workspace",
        "--no-fail-fast",
    ])
}
