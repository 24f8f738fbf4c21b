//! Unpacks the packages into one workspace, where they replace each other's releases.
//!
//! All files in an archive have the same old date, and cargo compares dates. So a file is written only if it differs,
//! and then it is newer than the last build.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::command::step;
use crate::workspace::{self, text};

/// Makes `unpacked` a workspace of the packages whose archives are in `folder`.
pub(super) fn all(published: &[Value], folder: &Path, unpacked: &Path) -> Result<()> {
    for package in published {
        let (name, version) = (text(package, "name"), text(package, "version"));
        let fresh = folder.join("fresh");
        remove(&fresh)?;
        create(&fresh)?;
        let archive = folder.join(format!("package/{name}-{version}.crate"));
        let mut tar = Command::new("tar");
        tar.args(["--extract", "--strip-components=1", "--directory"]);
        step(tar.arg(&fresh).arg("--file").arg(archive))?;
        update(&fresh, &unpacked.join(name))?;
    }
    write(&unpacked.join("Cargo.toml"), manifest(published).as_bytes())?;
    // The versions that are tested here too; cargo removes what only other members need.
    let lock = fs::read(workspace::root().join("Cargo.lock")).context("can't read Cargo.lock")?;
    write(&unpacked.join("Cargo.lock"), &lock)
}

/// The manifest around the packages.
fn manifest(published: &[Value]) -> String {
    let names: Vec<_> = published
        .iter()
        .map(|package| text(package, "name"))
        .collect();
    let replaced: Vec<_> = names
        .iter()
        .map(|name| format!("{name} = {{ path = \"{name}\" }}\n"))
        .collect();
    format!(
        "[workspace]\nresolver = \"3\"\nmembers = {names:?}\n\n\
         [profile.dev]\ndebug = false\n\n\
         [patch.crates-io]\n{}",
        replaced.concat()
    )
}

/// Makes one folder contain exactly the files of another.
fn update(from: &Path, to: &Path) -> Result<()> {
    create(to)?;
    let wanted = names(from)?;
    for stray in names(to)?.difference(&wanted) {
        remove(&to.join(stray))?;
    }
    for name in &wanted {
        let (from, to) = (from.join(name), to.join(name));
        if from.is_dir() {
            update(&from, &to)?;
        } else {
            let bytes =
                fs::read(&from).with_context(|| format!("can't read {}", from.display()))?;
            write(&to, &bytes)?;
        }
    }
    Ok(())
}

fn names(folder: &Path) -> Result<BTreeSet<OsString>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("can't read {}", folder.display()))?;
    entries.map(|entry| Ok(entry?.file_name())).collect()
}

/// Writes a file if it differs.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).with_context(|| format!("can't write {}", path.display()))
}

fn create(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("can't create {}", folder.display()))
}

/// Removes a file or a folder, if there is one.
fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else if path.exists() {
        fs::remove_file(path)
    } else {
        Ok(())
    };
    removed.with_context(|| format!("can't remove {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_written() {
        let folder = testkit::folder::Folder::new().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        create(&from.join("tests")).unwrap();
        write(&from.join("tests/a.rs"), b"one").unwrap();
        write(&from.join("README.md"), b"one").unwrap();
        update(&from, &to).unwrap();
        let written = |name: &str| fs::metadata(to.join(name)).unwrap().modified().unwrap();
        let (changed, same) = (written("tests/a.rs"), written("README.md"));

        write(&from.join("tests/a.rs"), b"two").unwrap();
        write(&to.join("tests/gone.rs"), b"one").unwrap();
        update(&from, &to).unwrap();
        assert_eq!(fs::read(to.join("tests/a.rs")).unwrap(), b"two");
        assert!(!to.join("tests/gone.rs").exists());
        assert!(written("tests/a.rs") > changed);
        assert_eq!(written("README.md"), same);
    }
}
