//! Files that the program writes about itself; they are committed, and must be current.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

/// The manual page, as packages ship it.
const MAN_PAGE: &str = "docs/man/flashgate.8";

/// Whether to write the files or to compare them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Write,
    Check,
}

/// The documentation of `check`, which has the zoo's table in it.
const CHECK_PAGE: &str = "docs/check.md";

/// Writes or compares every generated file.
pub(crate) fn run(mode: Mode) -> Result<()> {
    zoo(mode)?;
    manual(mode)
}

fn zoo(mode: Mode) -> Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(CHECK_PAGE);
    let committed =
        fs::read_to_string(&path).with_context(|| format!("can't read {CHECK_PAGE}"))?;
    let current = testkit::zoo::with_table(&committed)
        .with_context(|| format!("{CHECK_PAGE} has no marks for the zoo's table"))?;
    if mode == Mode::Write {
        return fs::write(&path, current).with_context(|| format!("can't write {CHECK_PAGE}"));
    }
    ensure!(
        committed == current,
        "{CHECK_PAGE} is not current; run `cargo xtask generate`"
    );
    Ok(())
}

fn manual(mode: Mode) -> Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(MAN_PAGE);
    let output = Command::new(testkit::binary::flashgate()?)
        .arg("man")
        .output()
        .context("can't run flashgate man")?;
    ensure!(
        output.status.success(),
        "flashgate man failed: {}",
        output.status
    );
    if mode == Mode::Write {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        return fs::write(&path, output.stdout).with_context(|| format!("can't write {MAN_PAGE}"));
    }
    let committed = fs::read(&path).with_context(|| format!("can't read {MAN_PAGE}"))?;
    ensure!(
        committed == output.stdout,
        "{MAN_PAGE} is not current; run `cargo xtask generate`"
    );
    Ok(())
}
