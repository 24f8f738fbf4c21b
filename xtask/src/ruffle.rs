//! Fetches Ruffle for the browser tests: from npm, without running package scripts, into the build folder.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use testkit::real_server;

use crate::command::step;
use crate::tools;

/// The version that the tests were written for. Its package has no dependencies.
const PACKAGE: &str = "@ruffle-rs/ruffle@0.6.0";

/// Fetches Ruffle unless it is there.
pub(crate) fn fetch() -> Result<()> {
    let folder = tools::folder("ruffle")?;
    if is_there(&folder) {
        return Ok(());
    }
    if real_server::find("npm").is_none() {
        println!(
            "the browser tests will be skipped: Ruffle cannot be fetched because npm is missing"
        );
        return Ok(());
    }
    let options = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts"];
    step(
        Command::new("npm")
            .arg("install")
            .args(options)
            .arg("--prefix")
            .arg(&folder)
            .arg(PACKAGE),
    )
}

fn is_there(folder: &Path) -> bool {
    let package = folder.join("node_modules/@ruffle-rs/ruffle/package.json");
    let version = PACKAGE.rsplit('@').next().unwrap_or_default();
    std::fs::read_to_string(package)
        .is_ok_and(|text| text.contains(&format!("\"version\":\"{version}\"")))
}
