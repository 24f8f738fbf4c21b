//! Which files are linted, and what happens to those that cannot be read.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use testkit::folder::Folder;

use super::{doubtful, faulty, flashgate, lint, lint_in, sound};

/// The files with findings, by the short format.
fn files(stdout: &str) -> Vec<&str> {
    let mut files: Vec<_> = stdout
        .lines()
        .filter_map(|line| line.split(':').next())
        .collect();
    files.dedup();
    files
}

#[test]
fn folders_are_searched() {
    let folder = Folder::new().unwrap();
    fs::create_dir_all(folder.path().join("sub/deep")).unwrap();
    for name in [
        "sub/b.xml",
        "sub/a.XML",
        "sub/deep/c.xml",
        "sub/d.txt",
        "e.xml",
    ] {
        folder.file(name, doubtful()).unwrap();
    }
    // Links to folders may form a cycle; links to files are files.
    symlink("..", folder.path().join("sub/deep/up")).unwrap();
    symlink("loop", folder.path().join("sub/loop")).unwrap();
    symlink("../e.xml", folder.path().join("sub/link.xml")).unwrap();
    symlink("nowhere", folder.path().join("sub/dangling.xml")).unwrap();
    let said = lint_in(folder.path(), &["--format", "short", "sub"]);
    assert_eq!(said.code, Some(2), "{said:?}");
    let nowhere = "error: sub/dangling.xml: can't be read: no such file";
    assert!(said.stderr.contains(nowhere), "{said:?}");
    let expected = ["sub/a.XML", "sub/b.xml", "sub/deep/c.xml", "sub/link.xml"];
    assert_eq!(files(&said.stdout), expected);
    // A folder on the command line is searched even through a link, and no file is linted twice.
    symlink("sub", folder.path().join("named")).unwrap();
    let arguments = ["--format", "short", "named", "e.xml", "e.xml"];
    let said = lint_in(folder.path(), &arguments);
    assert!(said.stderr.contains("5 files: 5 warnings"), "{said:?}");
}

#[test]
fn an_empty_folder_is_told() {
    let folder = Folder::new().unwrap();
    folder.file("policy.txt", sound()).unwrap();
    let said = lint_in(folder.path(), &["."]);
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.stderr.contains("no file named `*.xml`"), "{said:?}");
}

/// An unreadable file stops nothing, and its exit code has priority over that of findings.
#[test]
fn unreadable_files() {
    let folder = Folder::new().unwrap();
    folder.file("a.xml", faulty()).unwrap();
    folder.file("z.xml", doubtful()).unwrap();
    let arguments = ["--format", "short", "a.xml", "nosuch.xml", "z.xml"];
    let said = lint_in(folder.path(), &arguments);
    assert_eq!(said.code, Some(2), "{said:?}");
    assert_eq!(files(&said.stdout), ["a.xml", "z.xml"]);
    assert!(
        said.stderr
            .contains("error: nosuch.xml: can't be read: no such file or directory"),
        "{said:?}"
    );
    assert!(said.stderr.contains("1 could not be read"), "{said:?}");
    // A file that was not read is not reported as good.
    let said = lint_in(folder.path(), &["nosuch.xml"]);
    let summary = "0 files checked; 1 could not be read or written\n";
    assert_eq!(said.stdout, summary, "{said:?}");
}

/// In a container, root may open the folder `map_files` of process 1, but not list it.
#[test]
fn a_folder_that_fails_halfway_is_named() {
    let halfway = fs::read_dir("/proc/1/map_files").is_ok_and(|mut list| list.any(|e| e.is_err()));
    if !halfway {
        return;
    }
    let said = lint_in("/proc/1".as_ref(), &["."]);
    let named = "error: ./map_files: can't be read: permission denied";
    assert!(said.stderr.contains(named), "{said:?}");
    assert!(!said.stderr.contains("error: .: can't be read"), "{said:?}");
}

#[test]
fn more_than_a_mebibyte_is_too_large() {
    let filled = |length: usize| {
        let (start, end) = ("<cross-domain-policy><!--", "--></cross-domain-policy>");
        let spaces = " ".repeat(length - start.len() - end.len());
        [start, &spaces, end].concat()
    };
    let said = lint(filled(1024 * 1024), &["--format", "short"]);
    assert_ne!(said.code, Some(2), "{}", said.stderr);
    let folder = Folder::new().unwrap();
    folder.file("large.xml", filled(1024 * 1024 + 1)).unwrap();
    let said = lint_in(folder.path(), &["--format", "short", "--fix", "large.xml"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.stdout.contains("error[file-too-large]"), "{said:?}");
    assert_eq!(said.stdout.lines().count(), 1, "{said:?}");
    let untouched = fs::read(folder.path().join("large.xml")).unwrap();
    assert_eq!(untouched.len(), 1024 * 1024 + 1);
}

/// Names come from elsewhere, and terminals obey control characters.
#[test]
fn names_are_escaped() {
    let folder = Folder::new().unwrap();
    folder.file("a\u{1b}[31m\n.xml", doubtful()).unwrap();
    for format in ["human", "short"] {
        let said = lint_in(folder.path(), &["--format", format, "."]);
        assert!(said.stdout.contains("a\\u{1b}[31m\\n.xml"), "{said:?}");
        assert!(!said.stdout.contains('\u{1b}'), "{said:?}");
    }
}

/// `flashgate lint … | head -1` ends quietly.
#[test]
fn a_reader_that_goes_away() {
    let folder = Folder::new().unwrap();
    let rules = "<allow-access-from domain=\"*\" to-ports=\"*\"/>\n".repeat(1_200);
    folder.file("a.xml", super::policy(&rules)).unwrap();
    let mut command = flashgate(&["lint", "--format", "short", "a.xml"]);
    let command = command.current_dir(folder.path()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let pipe = child.stdout.take().unwrap();
    let head = Command::new("head").arg("-1").stdin(pipe).output().unwrap();
    assert!(head.stdout.ends_with(b"\n"));
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(
        !stderr.contains("pipe") && !stderr.contains("panic"),
        "{stderr}"
    );
}
