//! The version names the commit.

use std::path::Path;
use std::process::Command;

use testkit::needs;

use super::flashgate;

/// The text in brackets: the commit's short hash and its date, as far as they are known.
fn commit(version: &str) -> Option<&str> {
    let rest = version.strip_prefix("flashgate ")?.trim_end();
    let (number, rest) = rest.split_once(' ')?;
    assert_eq!(number, env!("CARGO_PKG_VERSION"));
    rest.strip_prefix('(')?.strip_suffix(')')
}

#[test]
fn every_spelling() {
    let flag = flashgate(&["--version"]);
    assert_eq!(flag.code, Some(0), "{flag:?}");
    for spelling in ["-V", "version"] {
        let said = flashgate(&[spelling]);
        assert_eq!((said.code, &said.stdout), (Some(0), &flag.stdout));
    }
}

/// In a clone, the program is built from a commit of it.
#[test]
fn names_a_commit_of_this_repository() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .args(["-C", root])
            .args(arguments)
            .output();
        let output = output.ok().filter(|output| output.status.success())?;
        String::from_utf8(output.stdout).ok()
    };
    if !Path::new(root).join(".git").exists() || !needs::met(needs::program("git")) {
        return;
    }
    let version = flashgate(&["--version"]).stdout;
    let (hash, date) = commit(&version)
        .and_then(|known| known.split_once(' '))
        .expect(&version);
    assert_eq!(hash.len(), 12, "{version}");
    let shown =
        git(&["log", "-1", "--no-show-signature", "--format=%H %cs", hash]).expect(&version);
    assert!(
        shown.starts_with(hash) && shown.trim_end().ends_with(date),
        "{version} {shown}"
    );
}
