//! Runs other programs and reports their failures.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use testkit::cargo;

/// Runs cargo and shows its output.
pub(crate) fn cargo(arguments: &[&str]) -> Result<()> {
    step(cargo::command().args(arguments))
}

/// Runs a command. Prints it first, and names it in the error if it fails.
pub(crate) fn step(command: &mut Command) -> Result<()> {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .collect();
    let shown = words.join(std::ffi::OsStr::new(" ")).display().to_string();
    println!("+ {shown}");
    let status = command
        .status()
        .with_context(|| format!("can't run {shown}"))?;
    if !status.success() {
        bail!("{shown} failed: {status}");
    }
    Ok(())
}

/// What a program prints. Its errors are shown.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>> {
    let name = command.get_program().display().to_string();
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("can't run {name}"))?;
    let (status, said) = (output.status, String::from_utf8_lossy(&output.stdout));
    ensure!(status.success(), "{name} failed: {status}\n{said}");
    Ok(output.stdout)
}
