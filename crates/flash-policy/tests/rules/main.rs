//! Every rule has a page whose examples behave as the page says, and a Markdown test in `tests/lint`.
//!
//! `UPDATE=1 cargo test -p flash-policy --all-features --test rules` writes the findings into the tests. Review
//! what changed.

#![cfg(test)]

mod examples;
mod rendered;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use examples::Block;
use flash_policy::Diagnostic;
use flash_policy::lint::{fix, lint_with, nearest_rule, rule, rules};

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint/rules")
}

fn fires(name: &str, block: &Block) -> bool {
    let report = lint_with(&block.bytes(), &block.options());
    report.findings.iter().any(|finding| finding.rule == name)
}

#[test]
fn each_rule_has_a_file_and_a_place_in_the_list() {
    let files: BTreeSet<String> = fs::read_dir(sources())
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .replace('_', "-")
        })
        .collect();
    let names: BTreeSet<String> = rules().iter().map(|rule| rule.name.to_owned()).collect();
    assert_eq!(files, names);
    assert_eq!(names.len(), rules().len(), "two rules have the same name");
    assert!(rules().is_sorted_by_key(|rule| (rule.group, rule.name)));
    for known in rules() {
        assert_eq!(rule(known.name).unwrap().page(), known.page());
    }
    assert_eq!(
        nearest_rule("missing-to-port").unwrap().name,
        "missing-to-ports"
    );
    assert!(nearest_rule("nonsense").is_none());
}

/// Each page has the same sections in the same order.
#[test]
fn each_page_says_all_that_a_page_says() {
    for rule in rules() {
        let headings: Vec<_> = rule
            .page()
            .lines()
            .filter(|line| line.starts_with('#'))
            .collect();
        let last = "## What Flash Player does";
        match headings[..] {
            [
                "## What it does",
                "## Why it matters",
                "## Example",
                "## Use instead",
                end,
            ]
            | ["## What it does", "## Why it matters", "## What to do", end]
                if end == last => {}
            ref other => panic!("{}: {other:?}", rule.name),
        }
        assert!(
            outside_blocks(rule.page()).all(|line| line.chars().count() <= 120),
            "{}",
            rule.name
        );
    }
}

/// The lines outside of fenced blocks.
fn outside_blocks(page: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    page.lines().filter(move |line| {
        inside ^= line.starts_with("```");
        !inside
    })
}

#[test]
fn the_example_of_each_page_fires_and_what_to_write_instead_does_not() {
    for rule in rules() {
        let blocks = examples::blocks(rule.page());
        let [example, instead] = &blocks[..] else {
            assert!(blocks.is_empty(), "{}", rule.name);
            continue;
        };
        assert!(fires(rule.name, example), "{}: {}", rule.name, example.text);
        assert!(
            !fires(rule.name, instead),
            "{}: {}",
            rule.name,
            instead.text
        );
        let report = lint_with(&instead.bytes(), &instead.options());
        assert!(!report.has_errors(), "{}: {:?}", rule.name, report.findings);
    }
}

/// Checks what fires, what does not, and the findings with their places.
#[test]
fn each_rule_has_a_test_that_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint");
    let update = std::env::var_os("UPDATE").is_some();
    for rule in rules() {
        let path = folder.join(format!("{}.md", rule.name));
        let text =
            fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} is missing", path.display()));
        let new = checked(rule.name, &text);
        if update && new != text {
            fs::write(&path, &new).unwrap();
        } else {
            assert_eq!(new, text, "{}", path.display());
        }
    }
    let files = fs::read_dir(folder).unwrap().count();
    assert_eq!(
        files,
        rules().len() + 1,
        "a test has no rule, or the README is missing"
    );
}

/// The test with its findings updated. Panics if a block does not do what it says.
fn checked(name: &str, text: &str) -> String {
    let blocks = examples::blocks(text);
    let xml: Vec<_> = blocks.iter().filter(|block| block.says("xml")).collect();
    assert!(
        xml.iter().any(|block| block.says("fires")),
        "{name}: no block fires"
    );
    assert!(
        xml.iter().any(|block| block.says("silent")),
        "{name}: no block is silent"
    );
    let mut new = text.to_owned();
    for (index, block) in blocks.iter().enumerate().rev() {
        if !block.says("xml") {
            continue;
        }
        let at = format!("{name}.md:{}", block.line);
        assert_eq!(fires(name, block), block.says("fires"), "{at}");
        assert!(block.says("fires") || block.says("silent"), "{at}");
        check_fix(&at, block);
        let found = lint_with(&block.bytes(), &block.options()).findings;
        has_a_documented_level(&at, &found);
        names_no_program(&at, &found);
        let expected = blocks.get(index + 1).filter(|next| next.says("findings"));
        if let Some(expected) = expected {
            new = replaced(&new, expected, &examples::lines(&found, &block.bytes()));
        }
    }
    new
}

/// A finding has one of the levels that its rule states.
fn has_a_documented_level(at: &str, found: &[Diagnostic]) {
    for finding in found {
        let rule = rule(finding.rule).unwrap();
        let levels = [Some(rule.severity), rule.other_severity()];
        assert!(
            levels.contains(&Some(finding.severity)),
            "{at}: {finding:?}"
        );
    }
}

/// A user of the library doesn't have the program.
fn names_no_program(at: &str, found: &[Diagnostic]) {
    for finding in found {
        let texts = finding.notes.iter().chain(&finding.help);
        for text in texts.chain([&finding.message]) {
            let mut code = text.split("`--").skip(1);
            let has_flag = code.any(|code| code.starts_with(|c: char| c.is_ascii_lowercase()));
            let is_named = text.contains("flashgate") || has_flag;
            assert!(!is_named, "{at}: {text}");
        }
    }
}

/// Fixing an example adds no finding, and fixing it again changes nothing.
fn check_fix(at: &str, block: &Block) {
    let options = block.options();
    let fixed = fix(&block.bytes(), &options);
    let before = lint_with(&block.bytes(), &options).findings;
    let after = lint_with(&fixed.bytes, &options).findings;
    let offered = before
        .iter()
        .filter(|finding| finding.fix.is_some())
        .count();
    assert!(after.len() <= before.len(), "{at}");
    let places: usize = before.iter().map(Diagnostic::places).sum();
    assert!(fixed.applied.len() <= places, "{at}");
    assert!(
        offered == 0 || !fixed.applied.is_empty() || before.len() > 1,
        "{at}: no fix was applied"
    );
    assert_eq!(fix(&fixed.bytes, &options).bytes, fixed.bytes, "{at}");
}

/// The text with the content of a block replaced.
fn replaced(text: &str, block: &Block, content: &str) -> String {
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let end = block.line + block.text.matches('\n').count();
    lines[..block.line].concat() + content + &lines[end..].concat()
}
