//! The package for Debian and its relatives. `Cargo.toml` of the program says what it contains.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::architecture::Architecture;
use super::binary;
use crate::command::step;
use crate::tools;

/// Makes the package.
pub(super) fn make(architecture: Architecture, version: &str) -> Result<PathBuf> {
    let name = format!("flashgate_{version}_{}.deb", architecture.debian());
    let package = tools::folder("package")?.join(name);
    step(
        Command::new(tools::cargo_deb()?)
            .args(["--package", "flashgate", "--no-build", "--no-strip"])
            .args(["--target", architecture.target()])
            .args(["--deb-version", version, "--output"])
            .arg(&package)
            .current_dir(binary::repository()?)
            .env("CARGO_TARGET_DIR", binary::build_folder()?)
            .env("SOURCE_DATE_EPOCH", binary::commit_time()?.to_string()),
    )?;
    Ok(package)
}
