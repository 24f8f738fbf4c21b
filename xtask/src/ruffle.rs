//! Ruffle's files, for the tests in a browser: from npm, which runs none of their scripts, into the build folder.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use testkit::real_server;

use crate::command::step;
use crate::tools;

/// What the tests were written with. Its package has no dependencies.
const PACKAGE: &str = "@ruffle-rs/ruffle@0.6.0";

/// Fetches them, unless they are there.
pub(crate) fn fetch() -> Result<()> {
    let folder = tools::folder("ruffle")?;
    if is_there(&folder) {
        return Ok(());
    }
    if real_server::find("npm").is_none() {
        println!("the tests in a browser will be left out: npm is not there to fetch Ruffle");
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
