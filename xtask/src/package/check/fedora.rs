//! The .rpm: what rpm says about the file, then an installation, an upgrade that keeps the administrator's config, and a
//! removal that keeps a copy of it.
//!
//! The tree is a Debian, which has no packages for rpm, so dependencies are not checked. The scripts do run in it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use super::tree::Tree;
use super::{CONFIG, EDIT, Versions, expect, service};
use crate::command::{output, step};
use crate::package::VERSION;

/// Files that every installation has.
const FILES: [&str; 8] = [
    "usr/bin/flashgate",
    "usr/lib/systemd/system/flashgate.service",
    "usr/lib/systemd/system/flashgate.socket",
    "usr/lib/systemd/system/flashgate-nosocket.service",
    "usr/share/bash-completion/completions/flashgate",
    "usr/share/zsh/site-functions/_flashgate",
    "usr/share/fish/vendor_completions.d/flashgate.fish",
    "usr/share/man/man8/flashgate.8.gz",
];

/// Checks the package.
pub(super) fn check(pair: &Versions) -> Result<()> {
    contents(&pair.old)?;
    let tree = Tree::new("rpm")?;
    rpm(&tree, &["--initdb"])?;
    rpm(&tree, &["--install", &pair.old.display().to_string()])?;
    tree.expect_files(FILES)?;
    ensure!(tree.has_user("flashgate")?, "the user is missing");
    expect(&tree.output("flashgate", &["--version"])?, VERSION)?;
    tree.append(CONFIG, EDIT)?;
    service::start_and_check(&tree, "flashgate-nosocket.service")?;
    rpm(&tree, &["--upgrade", &pair.new.display().to_string()])?;
    expect(&fs::read_to_string(tree.path(CONFIG))?, EDIT)?;
    service::start_and_check(&tree, "flashgate-nosocket.service")?;
    rpm(&tree, &["--erase", "flashgate"])?;
    tree.expect_gone(FILES)?;
    tree.expect_gone([CONFIG])?;
    let saved = fs::read_to_string(tree.path(&format!("{CONFIG}.rpmsave")))?;
    expect(&saved, EDIT)
}

/// What the file says about itself.
fn contents(package: &Path) -> Result<()> {
    let query = |option: &str| {
        let said = output(
            Command::new("rpm")
                .args(["--query", option, "--package"])
                .arg(package),
        )?;
        anyhow::Ok(String::from_utf8_lossy(&said).into_owned())
    };
    step(
        Command::new("rpm")
            .args(["--checksig", "--nosignature"])
            .arg(package),
    )?;
    let configs = query("--configfiles")?;
    ensure!(configs == format!("/{CONFIG}\n"), "config files: {configs}");
    expect(&query("--requires")?, "/usr/sbin/useradd")?;
    expect(
        &query("--docfiles")?,
        "/usr/share/man/man5/flashgate.toml.5.gz",
    )?;
    for script in ["preinstall", "postinstall", "preuninstall", "postuninstall"] {
        expect(&query("--scripts")?, &format!("{script} scriptlet"))?;
    }
    Ok(())
}

/// Runs rpm on the tree.
fn rpm(tree: &Tree, arguments: &[&str]) -> Result<()> {
    let mut command = Command::new("rpm");
    command.arg("--root").arg(tree.path(""));
    if arguments != ["--initdb"] {
        command.arg("--nodeps");
    }
    step(command.args(arguments))
}
