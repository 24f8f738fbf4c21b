//! Installs the programs to compare with: from Debian, npm, Python's index and crates.io.

use std::process::Command;

use anyhow::Result;
use testkit::real_server;

use crate::command::step;
use crate::{needs, tools};

/// The package that most programs on npm used.
const POLICYFILE: &str = "policyfile@0.0.6";

/// Installs what is missing. A program that cannot be installed is left out of the comparison.
pub(super) fn install() -> Result<()> {
    needs::install_peers()?;
    if let Err(error) = policyfile() {
        println!("npm's policyfile was not installed: {error:#}");
    }
    for program in [tools::websockify(), tools::websocat()] {
        if let Err(error) = program {
            println!("{error:#}");
        }
    }
    Ok(())
}

/// Into the build folder, where the benchmarks look for it, without running package scripts.
fn policyfile() -> Result<()> {
    let folder = tools::folder("policyfile")?;
    if folder.join("node_modules/policyfile").exists() || real_server::find("npm").is_none() {
        return Ok(());
    }
    step(
        Command::new("npm")
            .args(["install", "--no-save", "--no-audit", "--no-fund"])
            .args(["--ignore-scripts", "--prefix"])
            .arg(&folder)
            .arg(POLICYFILE),
    )
}
