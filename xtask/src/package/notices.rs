//! The licenses of the libraries that are in the program, as most of them ask for.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::architecture::Architecture;
use super::linked;
use crate::workspace::text;

/// How names of license files begin.
const LICENSE_FILES: [&str; 4] = ["COPYING", "LICENSE", "NOTICE", "UNLICENSE"];

const INTRODUCTION: &str = "\
flashgate contains the libraries below, the Rust standard library (MIT OR Apache-2.0) and the GNU C Library
(LGPL-2.1-or-later). Their licenses follow the list, each text once.
";

/// The list of libraries, and the text of each license.
pub(super) fn write_up(architecture: Architecture) -> Result<String> {
    let mut list = String::new();
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in linked::libraries(architecture)? {
        if !linked::is_foreign(&package) {
            continue;
        }
        let name = linked::name(&package);
        writeln!(list, "- {name}: {}", text(&package, "license"))?;
        let manifest = Path::new(text(&package, "manifest_path"));
        let folder = manifest.parent().context("a manifest is in no folder")?;
        for (file, license) in licenses(folder)? {
            texts
                .entry(license)
                .or_default()
                .push(format!("{name}: {file}"));
        }
    }
    let mut all = format!("{INTRODUCTION}\n{list}");
    for (license, places) in texts {
        write!(
            all,
            "\n{}\n{}\n\n{license}",
            "-".repeat(80),
            places.join("\n")
        )?;
    }
    Ok(all)
}

/// Names and texts of the license files in a folder.
fn licenses(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("can't read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().display().to_string();
        let upper = name.to_uppercase();
        if path.is_file() && LICENSE_FILES.iter().any(|begin| upper.starts_with(begin)) {
            let read = fs::read_to_string(&path);
            let read = read.with_context(|| format!("can't read {}", path.display()))?;
            let lines: Vec<_> = read.trim().lines().map(str::trim_end).collect();
            found.insert(name, lines.join("\n") + "\n");
        }
    }
    Ok(found)
}
