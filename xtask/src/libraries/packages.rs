//! The packages as a registry gets them: complete, building on their own, and passing the tests that they contain.
//!
//! They are unpacked side by side into a workspace where they replace each other's releases, because nothing needs to
//! be on a registry for that. `cargo publish --workspace --dry-run` also asks the registry.

mod contents;
mod unpack;

use std::path::Path;

use anyhow::{Result, ensure};
use serde_json::Value;
use testkit::cargo;

use crate::command::step;
use crate::test::LIBRARIES;
use crate::tools;
use crate::workspace::{self, text};

/// Packs, checks and tests the published packages.
pub(super) fn check() -> Result<()> {
    let folder = tools::folder("packages")?;
    let published = workspace::published()?;
    ensure!(
        LIBRARIES.iter().all(|library| published
            .iter()
            .any(|package| text(package, "name") == *library)),
        "the libraries are not published"
    );
    pack(&published, &folder)?;
    let unpacked = folder.join("unpacked");
    unpack::all(&published, &folder, &unpacked)?;
    for package in &published {
        contents::check(package, &unpacked)?;
    }
    for library in LIBRARIES {
        run(&unpacked, &["test", "--package", library, "--all-features"])?;
    }
    // One at a time, so that no package gets a feature that only another one asks for.
    for package in &published {
        run(&unpacked, &["check", "--package", text(package, "name")])?;
    }
    Ok(())
}

/// Writes the archives to `package` in a folder. Changes that are not committed are included.
fn pack(published: &[Value], folder: &Path) -> Result<()> {
    let names = published
        .iter()
        .flat_map(|package| ["--package", text(package, "name")]);
    step(
        cargo::command()
            .args(["package", "--quiet", "--no-verify", "--allow-dirty"])
            .args(names)
            .arg("--target-dir")
            .arg(folder),
    )
}

/// Runs cargo on the unpacked packages. Their build stays, so that only changes are built.
fn run(unpacked: &Path, arguments: &[&str]) -> Result<()> {
    step(
        cargo::command()
            .args(arguments)
            .arg("--quiet")
            .current_dir(unpacked)
            .env("CARGO_TARGET_DIR", unpacked.join("target")),
    )
}
