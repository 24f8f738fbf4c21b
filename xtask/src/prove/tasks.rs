//! Figures that other tasks of this crate measure.

use anyhow::{Result, ensure};
use testkit::cargo;

use crate::command::output;
use crate::libraries::dependencies;
use crate::package::architecture::Architecture;
use crate::package::twice;
use crate::workspace;

/// Makes the packages twice.
pub(super) fn reproducible() -> Result<String> {
    let sums = twice::compare(&[Architecture::Amd64])?;
    Ok(format!(
        "{} files, the same from both folders",
        sums.lines().count()
    ))
}

/// Checks everything that the program and the libraries are built from.
pub(super) fn supply_chain() -> Result<String> {
    dependencies::check()?;
    let own = dependencies::without_unsafe()?;
    let [core, program] = [tree("flash-policy")?, tree("flashgate")?];
    ensure!(core.len() == 1, "flash-policy depends on {core:?}");
    Ok(format!(
        "{} packages in the program, all with listed licenses and sources; {own} packages here, 0 with unsafe code; 0 dependencies of `flash-policy`",
        program.len()
    ))
}

/// The packages that one is built from, with itself.
fn tree(package: &str) -> Result<Vec<String>> {
    let mut command = cargo::command();
    command
        .args(["tree", "--locked", "--package", package])
        .args(["--edges", "normal,no-proc-macro", "--prefix", "none"])
        .args(["--format", "{p}"])
        .current_dir(workspace::root());
    let listed = output(&mut command)?;
    let mut names: Vec<_> = String::from_utf8_lossy(&listed)
        .lines()
        .map(|line| line.trim_end_matches(" (*)").to_owned())
        .collect();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}
