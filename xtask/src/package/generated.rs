//! What packages contain but the repository does not: completions, compressed manual pages, a changelog in Debian's
//! form, and the licenses of the libraries.
//!
//! The tools that make packages look for `target/release` in the build folder of the program, so it is there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::architecture::Architecture;
use super::{VERSION, binary, notices};
use crate::command::output;

/// The shells, and where `Cargo.toml` expects their completions.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "flashgate.bash"),
    ("zsh", "_flashgate"),
    ("fish", "flashgate.fish"),
];

/// The manual pages.
pub(super) const MANUAL: [&str; 2] = ["flashgate.8", "flashgate.toml.5"];

/// Writes all of it.
pub(super) fn write(architecture: Architecture) -> Result<()> {
    let folder = folder(architecture)?;
    fs::create_dir_all(&folder).with_context(|| format!("can't create {}", folder.display()))?;
    for (shell, name) in COMPLETIONS {
        let completions = output(binary::run(architecture)?.args(["completions", shell]))?;
        save(&folder.join(name), &completions)?;
    }
    let repository = binary::repository()?;
    for page in MANUAL {
        let page = repository.join("docs/man").join(page);
        compress(&page, &folder)?;
    }
    let changelog = folder.join("changelog");
    save(&changelog, debian_changelog()?.as_bytes())?;
    compress(&changelog, &folder)?;
    let notices = notices::write_up(architecture)?;
    save(&folder.join("THIRD-PARTY"), notices.as_bytes())
}

/// Where the files are.
pub(super) fn folder(architecture: Architecture) -> Result<PathBuf> {
    Ok(binary::built_in(architecture)?.join("packaging"))
}

/// Debian's tools read the version and the date from it.
fn debian_changelog() -> Result<String> {
    let time = format!("@{}", binary::commit_time()?);
    let date = output(Command::new("date").args(["--utc", "--rfc-email", "--date", &time]))?;
    let date = String::from_utf8(date).context("date printed no text")?;
    Ok(format!(
        "flashgate ({VERSION}) unstable; urgency=medium\n\n  \
         * Release {VERSION}. CHANGELOG.md in this folder says what changed.\n\n \
         -- The flashgate authors <flashgate@users.noreply.github.com>  {}\n",
        date.trim()
    ))
}

/// Writes the compressed file, without its name and time inside.
fn compress(file: &Path, folder: &Path) -> Result<()> {
    let name = file.file_name().context("the file has no name")?.display();
    let gzip = ["--best", "--no-name", "--stdout"];
    let compressed = output(Command::new("gzip").args(gzip).arg(file))?;
    save(&folder.join(format!("{name}.gz")), &compressed)
}

fn save(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("can't write {}", path.display()))
}
