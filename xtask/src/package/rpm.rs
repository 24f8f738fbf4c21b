//! The package for Fedora and its relatives. `Cargo.toml` of the program says what it contains.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::architecture::Architecture;
use super::binary;
use crate::command::step;
use crate::tools;

/// The first package of a version.
const RELEASE: &str = "1";

/// Makes the package.
pub(super) fn make(architecture: Architecture, version: &str) -> Result<PathBuf> {
    let processor = architecture.linux();
    let name = format!("flashgate-{version}-{RELEASE}.{processor}.rpm");
    let package = tools::folder("package")?.join(name);
    step(
        Command::new(tools::cargo_generate_rpm()?)
            .args(["--package", "crates/flashgate"])
            .args(["--target", architecture.target(), "--target-dir"])
            .arg(binary::build_folder()?)
            .arg("--set-metadata")
            .arg(format!("version = \"{version}\"\nrelease = \"{RELEASE}\""))
            .args(["--source-date", &binary::commit_time()?.to_string()])
            .arg("--output")
            .arg(&package)
            .current_dir(binary::repository()?),
    )?;
    Ok(package)
}
