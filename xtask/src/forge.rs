//! `forge`: whether GitHub can read its files, and whether the workflows are safe.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::command::step;
use crate::tools;

/// Each kind of file: its schema, and its files.
const KINDS: [(&str, &[&str]); 5] = [
    (
        "vendor.github-workflows",
        &[".github/workflows/ci.yml", ".github/workflows/release.yml"],
    ),
    (
        "vendor.github-issue-forms",
        &[
            ".github/ISSUE_TEMPLATE/bug.yml",
            ".github/ISSUE_TEMPLATE/feature.yml",
            ".github/ISSUE_TEMPLATE/setup.yml",
        ],
    ),
    (
        "vendor.github-issue-config",
        &[".github/ISSUE_TEMPLATE/config.yml"],
    ),
    ("vendor.dependabot", &[".github/dependabot.yml"]),
    ("vendor.citation-file-format", &["CITATION.cff"]),
];

/// Checks the files against their schemas, and the workflows and dependabot's settings with zizmor.
pub(crate) fn check() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    covered(&root)?;
    let validator = tools::check_jsonschema()?;
    for (schema, files) in KINDS {
        step(
            validator
                .command()
                .args(["--quiet", "--builtin-schema", schema])
                .args(files)
                .current_dir(&root),
        )?;
    }
    // Without the network: it reads only what is here.
    step(
        Command::new(tools::zizmor()?)
            .args(["--offline", "--quiet", ".github"])
            .current_dir(&root),
    )
}

/// Fails if a file of GitHub has no kind, and so would not be checked.
fn covered(root: &Path) -> Result<()> {
    let known = |file: &Path| {
        KINDS
            .iter()
            .any(|(_, files)| files.iter().any(|known| file.ends_with(known)))
    };
    for folder in [".github", ".github/workflows", ".github/ISSUE_TEMPLATE"] {
        let entries = root
            .join(folder)
            .read_dir()
            .with_context(|| format!("no {folder}"))?;
        for entry in entries {
            let file: PathBuf = entry?.path();
            let is_yaml = file.extension().is_some_and(|extension| extension == "yml");
            ensure!(!is_yaml || known(&file), "{}: no schema", file.display());
        }
    }
    Ok(())
}
