//! `package check`: installs, starts, checks, upgrades and removes each package in a small Debian.
//!
//! Nothing is installed on this machine. Each package gets a copy of the same tree, and a network of its own.

mod debian;
mod fedora;
mod service;
mod tree;
mod unpacked;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, ensure};
use testkit::namespace;

use super::architecture::Architecture;
use super::{VERSION, binary, hardened, packages};
use crate::command::step;
use crate::needs;

/// A version that is newer than every version that this one becomes.
const NEWER: &str = "99.0.0";

/// Names of files that the administrator has, whatever the kind of package.
const CONFIG: &str = "etc/flashgate/flashgate.toml";

/// What an administrator adds to the config: a gate on the port that the example allows.
const EDIT: &str = "\n[[gate]]\naddress = \"[::]:9339\"\nbackend = \"127.0.0.1:9340\"\n";

/// A package in two versions, of which the newer replaces the older.
struct Versions {
    old: PathBuf,
    new: PathBuf,
}

/// Checks every package of the program that was built.
pub(crate) fn run() -> Result<()> {
    needs::install()?;
    if let Some(missing) = namespace::missing() {
        ensure!(std::env::var_os("CI").is_none(), "{missing}");
        println!("skipped: {missing}");
        return Ok(());
    }
    let start = Instant::now();
    let program = binary::path(Architecture::Amd64)?;
    without_paths(&program)?;
    hardened::check(&program)?;
    let new = packages(Architecture::Amd64, NEWER)?;
    let old = packages(Architecture::Amd64, VERSION)?;
    let pairs = old
        .into_iter()
        .zip(new)
        .map(|(old, new)| Versions { old, new });
    let checks = [debian::check, fedora::check, unpacked::check];
    for (check, pair) in checks.into_iter().zip(pairs) {
        check(&pair)?;
        std::fs::remove_file(&pair.new)?;
    }
    println!("packages: {} s", start.elapsed().as_secs());
    Ok(())
}

/// What must be true of the output of a program: it contains a text.
fn expect(said: &str, text: &str) -> Result<()> {
    ensure!(said.contains(text), "expected {text:?} in:\n{said}");
    Ok(())
}

/// Fails if the program contains paths of this machine, because other machines could not build the same program.
fn without_paths(program: &Path) -> Result<()> {
    let bytes = std::fs::read(program)?;
    for path in [binary::repository()?, binary::cargo_home()?] {
        let path = path.display().to_string();
        let found = bytes
            .windows(path.len())
            .any(|part| part == path.as_bytes());
        ensure!(!found, "the program contains {path}");
    }
    Ok(())
}

/// Lets lintian check the package, and fail for warnings too.
fn lint(package: &Path) -> Result<()> {
    let fail = ["--fail-on", "error,warning", "--allow-root"];
    step(Command::new("lintian").args(fail).arg(package))
}
