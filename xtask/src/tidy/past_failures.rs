//! The book's page about past failures: each names tests, and these tests exist.

use std::fs;
use std::path::{Path, PathBuf};

const PAGE: &str = "docs/book/src/security/past-failures.md";

/// Where paths of tests start; the root of the repository is the last one.
const FOLDERS: [&str; 2] = ["crates/testkit/tests", ""];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The last cell of each row of a table, without its head.
fn rows(page: &str) -> impl Iterator<Item = &str> {
    page.lines()
        .filter_map(|line| line.strip_prefix('|')?.strip_suffix('|'))
        .filter(|row| !row.starts_with("---") && !row.ends_with(" prevented by "))
        .map(|row| row.rsplit('|').next().unwrap_or_default())
}

/// The paths in code spans.
fn named(cell: &str) -> impl Iterator<Item = &str> {
    let spans = cell.split('`').skip(1).step_by(2);
    spans.filter(|span| span.contains(".rs"))
}

/// The problem with a path such as `serve/wire.rs::one_write`, or with one of a fuzz target, if there is one.
fn problem(name: &str) -> Option<String> {
    let (path, function) = name.split_once("::").unwrap_or((name, ""));
    let mut files = FOLDERS.iter().map(|folder| root().join(folder).join(path));
    let Some(text) = files.find_map(|file| fs::read_to_string(file).ok()) else {
        return Some(format!("{name}: no such file"));
    };
    let is_target = function.is_empty() && path.starts_with("fuzz/");
    (!is_target && !has_test(&text, function)).then(|| format!("{name}: no such test"))
}

/// Whether a source has a test of this name, not only a function.
fn has_test(text: &str, name: &str) -> bool {
    let mut attributes = "";
    text.lines().any(|line| {
        let line = line.trim();
        if line.starts_with("#[") {
            attributes = if line.contains("test") {
                line
            } else {
                attributes
            };
            return false;
        }
        let starts = |word: &str| line.starts_with(&format!("{word} {name}("));
        let found = !attributes.is_empty() && (starts("fn") || starts("async fn"));
        if !line.starts_with("//") {
            attributes = "";
        }
        found
    })
}

#[test]
fn each_failure_has_a_test_that_exists() {
    let page = fs::read_to_string(root().join(PAGE)).unwrap();
    let (mut seen, mut problems) = (0, Vec::new());
    for cell in rows(&page) {
        seen += 1;
        if named(cell).next().is_none() {
            problems.push(format!("no test in {cell:?}"));
        }
        problems.extend(named(cell).filter_map(problem));
    }
    assert!(problems.is_empty(), "{PAGE}:\n{}", problems.join("\n"));
    assert!(
        seen >= 40,
        "{seen} rows found: has the page changed its form?"
    );
}

#[test]
fn what_does_not_exist_is_found() {
    assert_eq!(problem("serve/wire.rs::one_write"), None);
    assert_eq!(problem("fuzz/fuzz_targets/recognize.rs"), None);
    for name in [
        "serve/wire.rs::two_writes",
        // A function, and no test.
        "serve/wire.rs::padded",
        "serve/wire.rs",
        "serve/wires.rs::one_write",
        "fuzz/fuzz_targets/nothing.rs",
    ] {
        assert!(problem(name).is_some(), "{name}");
    }
    let row = "| a | b | |\n";
    assert_eq!(rows(row).flat_map(named).count(), 0);
}
