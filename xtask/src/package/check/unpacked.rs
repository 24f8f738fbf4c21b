//! The archive: unpacked, it serves from any folder, as any user.

use std::process::Command;

use anyhow::{Context as _, Result};

use super::tree::Tree;
use super::{EDIT, Versions, expect, service};
use crate::command::step;
use crate::package::VERSION;

/// What is in the folder.
const FILES: [&str; 14] = [
    "CHANGELOG.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "THIRD-PARTY",
    "completions/_flashgate",
    "completions/flashgate.bash",
    "completions/flashgate.fish",
    "flashgate",
    "flashgate.toml",
    "man/flashgate.8",
    "man/flashgate.toml.5",
    "systemd/flashgate-nosocket.service",
    "systemd/flashgate.service",
];

/// Checks the archive.
pub(super) fn check(pair: &Versions) -> Result<()> {
    let tree = Tree::new("tar")?;
    let mut unpack = Command::new("tar");
    unpack.args(["--extract", "--file"]).arg(&pair.old);
    step(unpack.arg("--directory").arg(tree.path("opt")))?;
    let name = pair.old.file_name().context("the archive has no name")?;
    let name = name.display().to_string();
    let folder = format!("opt/{}", name.trim_end_matches(".tar.gz"));
    let inside = |file: &str| format!("{folder}/{file}");
    let files = FILES.map(inside);
    tree.expect_files(files.iter().map(String::as_str))?;
    let program = format!("/{}", inside("flashgate"));
    expect(&tree.output(&program, &["--version"])?, VERSION)?;
    let config = inside("flashgate.toml");
    tree.append(&config, EDIT)?;
    let words = [
        program,
        "serve".into(),
        "--config".into(),
        format!("/{config}"),
    ];
    service::serve_and_check(&tree, &[], &words)
}
