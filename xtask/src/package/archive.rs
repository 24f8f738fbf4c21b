//! The archive for every other Linux: the program, its manual, completions, units, and an example of a config.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::architecture::Architecture;
use super::{binary, generated};
use crate::command::step;
use crate::tools;

/// Files of the repository, and where they are in the archive.
const FILES: [(&str, &str); 10] = [
    ("packaging/flashgate.toml", "flashgate.toml"),
    (
        "packaging/systemd/flashgate.service",
        "systemd/flashgate.service",
    ),
    (
        "packaging/systemd/flashgate.socket",
        "systemd/flashgate.socket",
    ),
    (
        "packaging/systemd/flashgate-nosocket.service",
        "systemd/flashgate-nosocket.service",
    ),
    ("docs/man/flashgate.8", "man/flashgate.8"),
    ("docs/man/flashgate.toml.5", "man/flashgate.toml.5"),
    ("crates/flashgate/README.md", "README.md"),
    ("CHANGELOG.md", "CHANGELOG.md"),
    ("LICENSE-MIT", "LICENSE-MIT"),
    ("LICENSE-APACHE", "LICENSE-APACHE"),
];

/// Generated files, and where they are in the archive.
const GENERATED: [(&str, &str); 4] = [
    ("flashgate.bash", "completions/flashgate.bash"),
    ("_flashgate", "completions/_flashgate"),
    ("flashgate.fish", "completions/flashgate.fish"),
    ("THIRD-PARTY", "THIRD-PARTY"),
];

/// Makes the archive.
pub(super) fn make(architecture: Architecture, version: &str) -> Result<PathBuf> {
    let name = format!("flashgate-{version}-{}-linux", architecture.linux());
    let package = tools::folder("package")?;
    let parent = package.join(architecture.debian());
    let folder = parent.join(&name);
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("can't remove {}", folder.display()))?;
    }
    copy(&binary::path(architecture)?, &folder.join("flashgate"))?;
    let repository = binary::repository()?;
    for (from, to) in FILES {
        copy(&repository.join(from), &folder.join(to))?;
    }
    let written = generated::folder(architecture)?;
    for (from, to) in GENERATED {
        copy(&written.join(from), &folder.join(to))?;
    }
    let archive = package.join(format!("{name}.tar.gz"));
    pack(&parent, &name, &archive)?;
    Ok(archive)
}

/// Packs a folder in the order of names, with the commit's time and without this machine's users.
fn pack(parent: &Path, name: &str, archive: &Path) -> Result<()> {
    let time = binary::commit_time()?;
    step(
        Command::new("tar")
            .args(["--create", "--format=ustar", "--sort=name"])
            .args(["--owner=root:0", "--group=root:0", "--mode=u=rwX,go=rX"])
            .arg(format!("--mtime=@{time}"))
            .args(["--use-compress-program", "gzip --best --no-name"])
            .arg("--file")
            .arg(archive)
            .arg("--directory")
            .arg(parent)
            .arg(name),
    )
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().context("the copy is in no folder")?;
    fs::create_dir_all(folder).with_context(|| format!("can't create {}", folder.display()))?;
    fs::copy(from, to).with_context(|| format!("can't copy {}", from.display()))?;
    Ok(())
}
