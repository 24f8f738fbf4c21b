//! Every combination of features of the two libraries builds without warnings.
//!
//! cargo-hack leaves out combinations that are equal because one feature includes another; about 80 remain. They are
//! only checked, because Clippy takes longer, and `ci` runs it with all features.

use std::path::Path;
use std::process::Command;
use std::thread::{self, available_parallelism};

use anyhow::{Result, anyhow};

use crate::command::step;
use crate::test::LIBRARIES;
use crate::tools;

/// Checks the combinations.
///
/// The compiler uses one processor for one combination, so each processor gets a share of them, and a build folder.
pub(super) fn check() -> Result<()> {
    let hack = tools::cargo_hack()?;
    let folder = tools::folder("features")?;
    let shares = available_parallelism()?.get();
    for library in LIBRARIES {
        thread::scope(|scope| {
            let running: Vec<_> = (1..=shares)
                .map(|share| {
                    let folder = folder.join(share.to_string());
                    let mut command = combinations(&hack, library, &folder);
                    command.arg("--partition").arg(format!("{share}/{shares}"));
                    scope.spawn(move || step(&mut command))
                })
                .collect();
            running.into_iter().try_for_each(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| Err(anyhow!("a thread panicked")))
            })
        })?;
    }
    Ok(())
}

/// Checks the combinations of one library, unless an option limits them.
fn combinations(hack: &Path, library: &str, folder: &Path) -> Command {
    let mut command = Command::new(hack);
    command
        .args(["hack", "check", "--quiet", "--package", library])
        .args(["--feature-powerset", "--exclude-features", "default"])
        .arg("--target-dir")
        .arg(folder)
        .env("RUSTFLAGS", "--deny warnings")
        // No combination is built twice, so what speeds up a second build only costs time.
        .env("CARGO_INCREMENTAL", "0");
    command
}
