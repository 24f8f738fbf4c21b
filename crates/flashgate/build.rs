//! Finds the commit that the program is built from, for `--version`, `/metrics` and `/status.json`, and adds to a static
//! program what only C can do.
//!
//! It never reads a clock, and the search for the commit never fails a build: without git, or in a folder that git does
//! not know, there is no commit.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Set by packagers whose sources have no `.git`: a commit's hash, and its date if they like, separated by a space.
const VARIABLE: &str = "FLASHGATE_COMMIT";

/// How much of the hash the version has: enough for a repository of any size.
const SHORT: usize = 12;

/// `cargo package` writes this file into the package.
const PACKAGED: &str = ".cargo_vcs_info.json";

/// What the static program runs before `main`.
const LOOKUPS: &str = "lookups.c";

fn main() {
    let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    let set = env::var(VARIABLE).ok().filter(|set| !set.trim().is_empty());
    let commit = set
        .or_else(|| packaged(&folder))
        .or_else(|| checked_out(&folder));
    let commit = commit.unwrap_or_default();
    let mut words = commit.split_whitespace();
    let hash = words.next().unwrap_or_default();
    let short = hash.get(..SHORT).unwrap_or(hash);
    let known: Vec<_> = std::iter::once(short).chain(words.next()).collect();
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let version = match known.join(" ").as_str() {
        "" => version,
        known => format!("{version} ({known})"),
    };
    println!("cargo::rustc-env=FLASHGATE_COMMIT={hash}");
    println!("cargo::rustc-env=FLASHGATE_VERSION={version}");
    keep_lookups_inside();
}

/// Lets the static program look up users and hosts without the modules of the system, which would crash it.
///
/// It has to be C: it calls a function of the C library before `main`, and this workspace has no unsafe Rust.
fn keep_lookups_inside() {
    let has = |variable: &str, value: &str| {
        env::var(variable).is_ok_and(|set| set.split(',').any(|one| one == value))
    };
    println!("cargo::rerun-if-changed={LOOKUPS}");
    let is_static = has("CARGO_CFG_TARGET_FEATURE", "crt-static");
    if is_static && has("CARGO_CFG_TARGET_ENV", "gnu") {
        for object in cc::Build::new().file(LOOKUPS).compile_intermediates() {
            println!("cargo::rustc-link-arg-bins={}", object.display());
        }
    }
}

/// The hash that a package was made from. Cargo does not record the date.
fn packaged(folder: &Path) -> Option<String> {
    let text = fs::read_to_string(folder.join(PACKAGED)).ok()?;
    let (_, after) = text.split_once("\"sha1\"")?;
    let hash = after.split('"').nth(1)?;
    let is_hash = !hash.is_empty() && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| hash.to_owned())
}

/// The hash and date of the commit that is checked out, if this is flashgate's own repository and not one that has a
/// copy of its sources.
fn checked_out(folder: &Path) -> Option<String> {
    let root = folder.join("../..").canonicalize().ok()?;
    let top = git(&root, &["rev-parse", "--show-toplevel"])?;
    if Path::new(&top).canonicalize().ok()? != root {
        return None;
    }
    watch(&root);
    git(
        &root,
        &["log", "-1", "--no-show-signature", "--format=%H %cs"],
    )
}

/// Runs this script again once another commit is checked out, and at no other operation of git.
///
/// Cargo takes a missing file for a change, so only files that exist are named.
fn watch(root: &Path) {
    let path = |name: &str| {
        let path = git(root, &["rev-parse", "--git-path", name])?;
        Some(root.join(path)).filter(|path| path.exists())
    };
    let branch = git(root, &["symbolic-ref", "--quiet", "HEAD"]);
    // A branch has no file of its own once its reference is packed. The log of HEAD changes with every commit.
    let moves = branch.and_then(|branch| path(&branch).or_else(|| path("logs/HEAD")));
    for file in path("HEAD").into_iter().chain(moves) {
        println!("cargo::rerun-if-changed={}", file.display());
    }
}

fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(arguments)
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
