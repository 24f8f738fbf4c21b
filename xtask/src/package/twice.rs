//! Whether a release can be built again: two clones in different folders must give the same checksums.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use testkit::cargo;

use super::architecture::Architecture;
use super::{binary, hardened, sums};
use crate::command::step;
use crate::tools;

/// Names of different length, because the length of a path could get into the program too.
const FOLDERS: [&str; 2] = ["first", "the-second-folder"];

/// Makes the packages of the commit in two folders, and compares them. Returns their checksums.
pub(crate) fn compare(architectures: &[Architecture]) -> Result<String> {
    let parent = tools::folder("twice")?;
    // Another commit may come while the first folder is built.
    let commit = binary::commit()?;
    let mut found = Vec::new();
    for name in FOLDERS {
        let folder = parent.join(name);
        clone(&folder, &commit)?;
        step(
            cargo::command()
                .args(["run", "--quiet", "--package", "xtask", "--", "package"])
                .args(
                    architectures
                        .iter()
                        .flat_map(|one| ["--arch", one.debian()]),
                )
                .env_remove("CARGO_TARGET_DIR")
                .current_dir(&folder),
        )?;
        let packages = folder.join("target/package");
        for architecture in architectures {
            hardened::check(&packages.join(architecture.debian()).join("flashgate"))?;
        }
        let sums = packages.join(sums::FILE);
        found.push(fs::read_to_string(&sums).with_context(|| format!("no {}", sums.display()))?);
    }
    let [first, second] = found.as_slice() else {
        return Ok(String::new());
    };
    ensure!(first == second, "different checksums:\n{first}\n{second}");
    fs::remove_dir_all(&parent).context("can't delete the folders")?;
    Ok(first.clone())
}

/// A clone of the commit, with the tools that are installed here.
fn clone(folder: &Path, commit: &str) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    step(
        Command::new("git")
            .args(["clone", "--quiet"])
            .arg(binary::repository()?)
            .arg(folder),
    )?;
    let checkout = ["checkout", "--quiet", "--detach", commit];
    step(Command::new("git").args(checkout).current_dir(folder))?;
    fs::create_dir(folder.join("target"))?;
    symlink(tools::folder("tools")?, folder.join("target/tools"))?;
    Ok(())
}
