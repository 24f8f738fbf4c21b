//! rustdoc's JSON: a library's documented items, as data. The stable compiler writes it if it may use unstable options.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;
use testkit::cargo;

use crate::command::step;

/// Documents a library with all its features, and returns the file.
pub(crate) fn json(library: &str) -> Result<PathBuf> {
    let arguments = "--all-features -- -Z unstable-options --output-format json";
    let mut command = cargo::command();
    command
        .args(["rustdoc", "--quiet", "--lib", "--package", library])
        .args(arguments.split(' '))
        .env("RUSTC_BOOTSTRAP", "1");
    step(&mut command)?;
    let file = library.replace('-', "_") + ".json";
    Ok(target_folder()?.join("doc").join(file))
}

fn target_folder() -> Result<PathBuf> {
    let mut command = cargo::command();
    command.args(["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_slice(&command.output()?.stdout)?;
    let folder = metadata.get("target_directory").and_then(Value::as_str);
    Ok(folder.context("cargo names no target directory")?.into())
}
