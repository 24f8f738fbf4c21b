//! The checksums of what a release contains, in the form that `sha256sum --check` reads.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::command::output;
use crate::tools;

/// The name of the file.
pub(super) const FILE: &str = "SHA256SUMS";

/// Writes the checksums of these files, which are in the same folder.
pub(super) fn write(files: &[PathBuf]) -> Result<PathBuf> {
    let folder = tools::folder("package")?;
    let mut names: Vec<_> = files.iter().filter_map(|file| file.file_name()).collect();
    names.sort_unstable();
    let sums = output(Command::new("sha256sum").args(names).current_dir(&folder))?;
    let path = folder.join(FILE);
    fs::write(&path, sums).with_context(|| format!("can't write {}", path.display()))?;
    Ok(path)
}
