//! Every combination of features of the two libraries builds without warnings.
//!
//! cargo-hack leaves out combinations that are equal because one feature includes another; about 80 remain. They are
//! only checked, because Clippy takes four times as long, and `ci` runs it with all features.

use std::process::Command;

use anyhow::Result;

use crate::command::step;
use crate::test::LIBRARIES;
use crate::tools;

/// Checks the combinations.
pub(super) fn check() -> Result<()> {
    let hack = tools::cargo_hack()?;
    let folder = tools::folder("features")?;
    for library in LIBRARIES {
        let mut command = Command::new(&hack);
        command
            .args(["hack", "check", "--quiet", "--package", library])
            .args(["--feature-powerset", "--exclude-features", "default"])
            .arg("--target-dir")
            .arg(&folder)
            .env("RUSTFLAGS", "--deny warnings");
        step(&mut command)?;
    }
    Ok(())
}
