//! The .deb: lintian, then an installation with apt, an upgrade that keeps the administrator's config, a removal that
//! keeps it too, and a purge that leaves nothing.

use std::fs;

use anyhow::{Result, ensure};

use super::tree::Tree;
use super::{CONFIG, EDIT, NEWER, Versions, expect, lint, service};
use crate::command::step;
use crate::package::VERSION;

/// Files that every installation has.
const FILES: [&str; 9] = [
    "usr/bin/flashgate",
    "usr/lib/systemd/system/flashgate.service",
    "usr/lib/systemd/system/flashgate.socket",
    "usr/lib/systemd/system/flashgate-nosocket.service",
    "usr/share/bash-completion/completions/flashgate",
    "usr/share/zsh/vendor-completions/_flashgate",
    "usr/share/fish/vendor_completions.d/flashgate.fish",
    "usr/share/lintian/overrides/flashgate",
    "etc/flashgate",
];

/// Checks the package.
pub(super) fn check(pair: &Versions) -> Result<()> {
    lint(&pair.old)?;
    let tree = Tree::new("deb")?;
    let package = tree.bring(&pair.old)?;
    let apt = ["install", "--yes", "--quiet", "--option", "Dpkg::Use-Pty=0"];
    let said = tree.output("apt-get", &[&apt[..], &[&package]].concat())?;
    expect(&said, "flashgate is installed but not started")?;
    tree.expect_files(FILES)?;
    ensure!(tree.has_user("flashgate")?, "the user is missing");
    expect(&tree.output("flashgate", &["--version"])?, VERSION)?;
    valid(&tree)?;
    tree.append(CONFIG, EDIT)?;
    service::start_and_check(&tree, "flashgate-nosocket.service")?;
    upgrade(&tree, pair)?;
    step(tree.command("dpkg").args(["--remove", "flashgate"]))?;
    tree.expect_gone([
        "usr/bin/flashgate",
        "usr/lib/systemd/system/flashgate.service",
    ])?;
    tree.expect_files([CONFIG])?;
    step(tree.command("dpkg").args(["--purge", "flashgate"]))?;
    tree.expect_gone(FILES)?;
    ensure!(!tree.has_user("flashgate")?, "the user is still there");
    Ok(())
}

/// An upgrade that asks nothing, because only the administrator changed the config.
fn upgrade(tree: &Tree, pair: &Versions) -> Result<()> {
    let package = tree.bring(&pair.new)?;
    let said = tree.output("dpkg", &["--install", &package])?;
    ensure!(!said.contains("not started"), "an upgrade says:\n{said}");
    let version = tree.output("dpkg-query", &["--show", "flashgate"])?;
    expect(&version, NEWER)?;
    expect(&fs::read_to_string(tree.path(CONFIG))?, EDIT)?;
    service::start_and_check(tree, "flashgate-nosocket.service")
}

/// The config that was installed is valid.
fn valid(tree: &Tree) -> Result<()> {
    let check = [
        "serve",
        "--check",
        "--config",
        "/etc/flashgate/flashgate.toml",
    ];
    expect(&tree.output("flashgate", &check)?, "ok:")
}
