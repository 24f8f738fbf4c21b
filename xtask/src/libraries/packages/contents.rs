//! What every package must have besides code: a front page, both licenses, and the metadata that registries show.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::workspace::{self, text};

/// Files of every package.
const FILES: [&str; 3] = ["README.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// Fields that hold a text.
const TEXTS: [&str; 7] = [
    "description",
    "documentation",
    "homepage",
    "license",
    "readme",
    "repository",
    "rust_version",
];

/// Fields that hold a list.
const LISTS: [&str; 2] = ["keywords", "categories"];

/// Checks the files and the metadata of a package.
pub(super) fn check(package: &Value, unpacked: &Path) -> Result<()> {
    let name = text(package, "name");
    for file in FILES {
        let path = unpacked.join(name).join(file);
        let packed = fs::read(&path).with_context(|| format!("{name} has no {file}"))?;
        let original = fs::read(workspace::root().join(file)).unwrap_or_default();
        let is_license = file.starts_with("LICENSE");
        ensure!(
            !packed.is_empty() && (!is_license || packed == original),
            "{name}: {file} differs from the repository's"
        );
    }
    let missing = missing(package);
    ensure!(missing.is_empty(), "{name} has no {}", missing.join(", "));
    Ok(())
}

/// The metadata that a package does not have.
fn missing(package: &Value) -> Vec<&'static str> {
    let texts = TEXTS
        .into_iter()
        .filter(|field| text(package, field).is_empty());
    let lists = LISTS.into_iter().filter(|field| {
        let list = package.get(field).and_then(Value::as_array);
        list.is_none_or(Vec::is_empty)
    });
    let mut missing: Vec<_> = texts.chain(lists).collect();
    if package.pointer("/metadata/docs/rs").is_none() {
        missing.push("package.metadata.docs.rs");
    }
    if is_program(package) && package.pointer("/metadata/binstall/pkg-url").is_none() {
        missing.push("package.metadata.binstall");
    }
    missing
}

fn is_program(package: &Value) -> bool {
    let targets = package.get("targets").and_then(Value::as_array);
    targets.is_some_and(|targets| {
        let program = Value::from("bin");
        let mut kinds = targets
            .iter()
            .filter_map(|target| target.get("kind")?.as_array());
        kinds.any(|kinds| kinds.contains(&program))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_needs_more_metadata_than_a_library() {
        let package = |kind: &str| {
            serde_json::json!({
                "name": "a", "description": "A.", "documentation": "https://a.test", "homepage": "https://a.test",
                "license": "MIT", "readme": "README.md", "repository": "https://a.test", "rust_version": "1.89",
                "keywords": ["a"], "categories": [], "metadata": { "docs": { "rs": {} } },
                "targets": [{ "kind": [kind] }],
            })
        };
        assert_eq!(missing(&package("lib")), ["categories"]);
        let program = missing(&package("bin"));
        assert_eq!(program, ["categories", "package.metadata.binstall"]);
    }
}
