use std::fs;
use std::path::Path;

use super::kind::Kind;
use super::prose::Prose;
use super::{WORDS, in_file, in_prose};
use crate::tidy::house;

/// Checks what is reported for a text. In both, `@` is replaced by a word that is not used, so that this file needs no
/// exceptions.
#[track_caller]
fn check(kind: Kind, text: &str, expected: &[&str]) {
    let text = text.replace('@', "anew");
    let found = in_file(Path::new("f"), kind, &text);
    let found: Vec<_> = found.iter().map(|line| line.trim_end()).collect();
    let expected = expected.iter().map(|line| line.replace('@', "anew"));
    assert_eq!(found, expected.collect::<Vec<_>>(), "{text}");
}

const FOUND: &str = "f:1: \"@\": write again";

/// A sentence for the first alternative of each element.
fn sentence(pattern: &[&str]) -> String {
    let words = pattern.iter().map(|element| {
        let first = element.split('|').next().unwrap_or_default();
        match (first, first.strip_suffix(['*', '~'])) {
            _ if first.starts_with('!') => "then".to_owned(),
            (_, Some(stem)) if first.ends_with('~') => format!("{stem}ed"),
            (_, Some(stem)) => stem.to_owned(),
            _ => first.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn each_pattern_is_found() {
    for (pattern, instead) in &WORDS {
        let text = sentence(pattern);
        let found = in_prose(&[Prose { line: 7, text }]);
        let found = found
            .iter()
            .any(|breach| breach.line == 7 && breach.instead == *instead);
        assert!(found, "{pattern:?}");
    }
}

#[test]
fn each_pattern_is_in_the_list_for_people() {
    let list = fs::read_to_string(house::root().join("CONTRIBUTING.md")).unwrap();
    let (_, list) = list.split_once("| don't |").unwrap();
    let rows = list
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'));
    let rows: Vec<_> = rows
        .map(|row| Prose {
            line: 0,
            text: row.split(" | ").next().unwrap().replace('`', ""),
        })
        .collect();
    let found = in_prose(&rows);
    for (pattern, instead) in &WORDS {
        let listed = found.iter().any(|breach| breach.instead == *instead);
        assert!(listed, "{pattern:?} is not in CONTRIBUTING.md");
    }
}

#[test]
fn prose_in_rust() {
    for text in [
        "// Starts it @.",
        "/// @ it starts.",
        "f(\"starts {it} @\");",
        "f(r#\"starts \"it\" @\"#);",
        "/* Starts it @. */",
        "let c = '\"'; // Starts @.",
        "fn f<'a>(a: &'a str) { g('\\'', \"starts @\") }",
    ] {
        check(Kind::Rust, text, &[FOUND]);
    }
    for text in [
        "let @ = 1;",
        "f(\"@\");",
        "f(r#\"starts with \"@\" only\"#);",
        "f(b\"starts it @\");",
        "f(br\"starts it @\");",
        "f(\"starts {@} {@:?}\");",
        "// Starts `@` and x::@ and @_or_not and tests/@.rs.",
        "// ```\n// @\n// ```",
    ] {
        check(Kind::Rust, text, &[]);
    }
}

#[test]
fn a_pattern_spans_lines() {
    let comment = |end: &str| format!("fn f() {{}}\n    // It goes on for\n    // {end}.");
    let expected = "f:2: \"for ever\": write without a limit, forever"; // tidy: allow(for ever)
    check(Kind::Rust, &comment("ever"), &[expected]);
    check(Kind::Rust, &comment("`ever`"), &[]);
    check(Kind::Rust, "// Wait for\nfn ever() {}\n// ever.", &[]);
    check(Kind::Rust, "// What is it for. Ever.", &[]);
}

#[test]
fn prose_in_markdown() {
    for text in ["Starts @.", "- [starts @](a.md)", "| starts | @ |", "**@**"] {
        check(Kind::Markdown, text, &[FOUND]);
    }
    for text in [
        "Starts `@`, or ``a ` @``.",
        "```text\nanew\n```",
        "[starts](@.md) [again](#@)",
        "| don't | do |\n|---|---|\n| starts @ | starts again |",
    ] {
        check(Kind::Markdown, text, &[]);
    }
}

#[test]
fn prose_in_other_files() {
    check(Kind::Toml, "a = 1 # Starts @.", &[FOUND]);
    check(Kind::Toml, "a = \"starts # @\"", &[FOUND]);
    check(Kind::Toml, "@ = \"@\"", &[]);
    check(Kind::Hash, "# Starts @.", &[FOUND]);
    check(Kind::Hash, "Description=starts @", &[]);
    check(Kind::Man, "Starts \\-\\-it @.", &[FOUND]);
    check(Kind::Man, "Starts \\fB@\\fR.\n.SH @\n.nf\n@\n.fi", &[]);
}

#[test]
fn good_english() {
    for text in [
        "A blank line separates paragraphs; leave it blank.",
        "The value is None, and the answer to none of these is known.",
        "We recommend that you amend the dialog, then raise the noise.",
        "They are all the same. All the same rules apply.",
        "Wait for it, then stop for another reason than before.",
        "A script stands in for the server, and lets it continue.",
        "The time that is left is for them, for example.",
        "Organisms are precise; the emphasis is on promises.",
    ] {
        check(Kind::Markdown, text, &[]);
    }
}

#[test]
fn exceptions() {
    let directive = |word| format!("// {}{word})", super::ALLOW);
    let text = format!("{}\n// Starts @.\n", directive("anew"));
    check(Kind::Rust, &text, &[]);
    let text = format!("{}\n\n// Starts @.\n", directive("anew"));
    check(
        Kind::Rust,
        &text,
        &[
            "f:1: \"@\" is allowed but not used: delete the exception",
            "f:3: \"@\": write again",
        ],
    );
}
