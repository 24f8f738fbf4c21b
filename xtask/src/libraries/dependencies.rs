//! What dependencies bring with them: licenses, sources, and the Rust that they need.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::command::step;
use crate::tools;
use crate::workspace::{self, text};

/// Checks the dependencies of the whole workspace.
pub(crate) fn check() -> Result<()> {
    // `deny.toml` says why advisories are missing here.
    step(
        Command::new(tools::cargo_deny()?)
            .args(["--log-level", "warn", "check"])
            .args(["bans", "licenses", "sources"])
            .current_dir(workspace::root()),
    )?;
    rust_versions()?;
    without_unsafe().map(drop)
}

/// Fails if a package of this workspace does not take over its lints, which forbid `unsafe`. Returns their number.
pub(crate) fn without_unsafe() -> Result<usize> {
    let root = fs::read_to_string(workspace::root().join("Cargo.toml"))?;
    let forbids = root.contains("unsafe_code = \"forbid\"");
    ensure!(forbids, "the workspace does not forbid unsafe code");
    let packages = workspace::packages(&workspace::root(), &["--no-deps"])?;
    for package in &packages {
        let manifest = text(package, "manifest_path");
        let lints = fs::read_to_string(manifest)?.contains("[lints]\nworkspace = true");
        ensure!(lints, "{manifest} does not have the lints of the workspace");
    }
    Ok(packages.len())
}

/// Fails if a dependency says that it needs a later Rust than the libraries promise.
fn rust_versions() -> Result<()> {
    let packages = workspace::packages(&workspace::root(), &["--all-features"])?;
    let published = workspace::published()?;
    let promised = published.iter().filter_map(rust_version).min();
    let promised = promised.context("no published package has a `rust-version`")?;
    for package in &packages {
        let (name, needed) = (text(package, "name"), text(package, "rust_version"));
        ensure!(
            rust_version(package).is_none_or(|needed| needed <= promised),
            "{name} needs Rust {needed}, later than the `rust-version` of the published packages"
        );
    }
    Ok(())
}

/// The parts of a version, as far as a package states it.
fn rust_version(package: &Value) -> Option<[u32; 3]> {
    let text = Some(text(package, "rust_version")).filter(|text| !text.is_empty())?;
    let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
    Some([(); 3].map(|()| parts.next().unwrap_or(0)))
}
