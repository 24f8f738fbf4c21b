//! `flashgate explain`: every rule and finding has a page.

use super::{Said, flashgate};

fn explain(arguments: &[&str]) -> Said {
    let output = flashgate(&[&["explain"], arguments].concat()).output();
    output.unwrap().into()
}

/// The names in the list, each with its line.
fn rules(list: &str) -> Vec<(&str, &str)> {
    let lines = list.lines().filter(|line| line.starts_with("  "));
    lines
        .map(|line| (line.split_whitespace().next().unwrap(), line))
        .collect()
}

#[test]
fn every_rule_has_a_line_and_a_page() {
    let list = explain(&[]);
    assert_eq!(list.code, Some(0));
    let rules = rules(&list.stdout);
    assert!(rules.len() > 50, "{}", list.stdout);
    for (name, line) in rules {
        let [_, level, summary @ ..] = &line.split_whitespace().collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        assert!(
            ["error", "warning", "hint", "check", "config"].contains(level),
            "{line}"
        );
        assert!(!summary.is_empty(), "{line}");
        assert!(line.chars().count() <= 160, "{line}");
        let page = explain(&[name]);
        assert_eq!(page.code, Some(0), "{name}");
        let kind = match *level {
            "check" => "finding of `flashgate check`",
            "config" => "finding in a config file",
            level => level,
        };
        let head = format!("# {name}\n\n*{kind}*");
        assert!(page.stdout.contains(&head), "{}", page.stdout);
    }
}

/// A page states every level that findings of its rule have.
#[test]
fn levels_that_vary() {
    let page = explain(&["wrong-case"]).stdout;
    assert!(page.contains("\n*warning* or *error* · "), "{page}");
}

#[test]
fn unknown_rules() {
    // A lint rule, a finding of `check`, and a finding in a config file.
    for (misspelled, name) in [
        ("wildcard-domian", "wildcard-domain"),
        ("reset-after-repl", "reset-after-reply"),
        ("not-utf", "not-utf8"),
    ] {
        let said = explain(&[misspelled]);
        assert_eq!(said.code, Some(2));
        let hint = format!("did you mean `{name}`?");
        assert!(said.stderr.contains(&hint), "{}", said.stderr);
    }
    let said = explain(&["\u{1b}[31m"]);
    assert_eq!(said.code, Some(2));
    assert!(
        said.stderr
            .contains("no rule or finding is called `\\u{1b}[31m`"),
        "{}",
        said.stderr
    );
    assert!(!said.stderr.contains('\u{1b}'), "{}", said.stderr);
}

/// A word leads to the rules whose names or summaries contain it.
#[test]
fn words() {
    for (word, expected) in [
        ("bom", "`byte-order-mark`"),
        ("json", "`not-xml`"),
        ("missing-ports", "`missing-to-ports`"),
        ("crlf", "`mixed-line-endings`"),
        ("backend-dwn", "did you mean `backend-down`?"),
    ] {
        let said = explain(&[word]);
        assert_eq!(said.code, Some(2));
        assert!(said.stderr.contains(expected), "{word}: {}", said.stderr);
    }
}

/// Examples with escapes are printed for people.
#[test]
fn escaped_examples() {
    let page = explain(&["byte-order-mark"]).stdout;
    assert!(
        page.contains("```xml\n[U+FEFF]<cross-domain-policy>\n"),
        "{page}"
    );
    assert!(!page.contains("escaped"), "{page}");
    for (name, _) in rules(&explain(&[]).stdout) {
        let page = explain(&[name]).stdout;
        assert!(!page.contains("```xml escaped"), "{page}");
    }
}
