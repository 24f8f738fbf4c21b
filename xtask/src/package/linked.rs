//! The libraries that the program is linked with, without those that only builds and tests need.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use testkit::cargo;

use super::architecture::Architecture;
use super::binary;
use crate::command::output;
use crate::workspace::{packages, text};

/// What cargo knows about each of them, in the order of their names.
pub(super) fn libraries(architecture: Architecture) -> Result<Vec<Value>> {
    let names = names(architecture)?;
    let mut linked = packages(&binary::repository()?, &["--locked"])?;
    linked.retain(|package| names.contains(&name(package)));
    linked.sort_by_key(name);
    let (found, expected) = (linked.len(), names.len());
    ensure!(
        found == expected,
        "cargo knows {found} of {expected} libraries"
    );
    Ok(linked)
}

/// The name and version of a package.
pub(super) fn name(package: &Value) -> String {
    format!("{} {}", text(package, "name"), text(package, "version"))
}

/// Whether a package comes from a registry, and not from this repository.
pub(super) fn is_foreign(package: &Value) -> bool {
    package.get("source").is_some_and(Value::is_string)
}

fn names(architecture: Architecture) -> Result<BTreeSet<String>> {
    let listed = output(
        cargo::command()
            .args(["tree", "--package", "flashgate", "--locked"])
            .args(["--edges", "normal,no-proc-macro", "--prefix", "none"])
            .args(["--format", "{p}", "--target", architecture.target()])
            .current_dir(binary::repository()?),
    )?;
    let listed = String::from_utf8(listed).context("cargo printed no text")?;
    let name = |line: &str| {
        let (name, rest) = line.split_once(" v")?;
        Some(format!("{name} {}", rest.split_whitespace().next()?))
    };
    Ok(listed.lines().filter_map(name).collect())
}
