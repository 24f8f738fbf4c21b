//! What cargo says about the packages of the workspace.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use testkit::cargo;

/// The folder of the root manifest.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All packages that cargo lists with these options.
pub(crate) fn packages(folder: &Path, options: &[&str]) -> Result<Vec<Value>> {
    let output = cargo::command()
        .args(["metadata", "--format-version", "1"])
        .args(options)
        .current_dir(folder)
        .output()
        .context("can't run cargo")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cargo metadata failed: {errors}");
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata.get("packages").and_then(Value::as_array);
    packages.cloned().context("cargo lists no packages")
}

/// The packages of the workspace that are published.
pub(crate) fn published() -> Result<Vec<Value>> {
    let mut packages = packages(&root(), &["--no-deps"])?;
    packages.retain(|package| package.get("publish").is_none_or(Value::is_null));
    Ok(packages)
}

/// A text of a package, or nothing.
pub(crate) fn text<'a>(package: &'a Value, field: &str) -> &'a str {
    package
        .get(field)
        .and_then(Value::as_str)
        .unwrap_or_default()
}
