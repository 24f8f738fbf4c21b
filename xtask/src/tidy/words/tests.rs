use std::fs;
use std::path::Path;

use super::kind::Kind;
use super::prose::Prose;
use super::{WORDS, in_file, in_prose};
use crate::tidy::house;

/// The lines that the check reports for a file, without its name.
#[track_caller]
fn check(kind: Kind, text: &str, expected: &[&str]) {
    let found = in_file(Path::new("f"), kind, text);
    let found: Vec<_> = found.iter().map(|line| line.trim_end()).collect();
    assert_eq!(found, expected, "{text}");
}

const ANEW: &str = "f:1: \"anew\": write again";

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
        "// Starts it anew.",                                 // tidy: allow(anew)
        "/// Anew it starts.",                                // tidy: allow(anew)
        "f(\"starts {it} anew\");",                           // tidy: allow(anew)
        "f(r#\"starts \"it\" anew\"#);",                      // tidy: allow(anew)
        "/* Starts it anew. */",                              // tidy: allow(anew)
        "let c = '\"'; // Starts anew.",                      // tidy: allow(anew)
        "fn f<'a>(a: &'a str) { g('\\'', \"starts anew\") }", // tidy: allow(anew)
    ] {
        check(Kind::Rust, text, &[ANEW]);
    }
    for text in [
        "let anew = 1;",
        "f(\"anew\");",
        "f(b\"starts it anew\");",  // tidy: allow(anew)
        "f(br\"starts it anew\");", // tidy: allow(anew)
        "f(\"starts {anew} {anew:?}\");",
        "// Starts `anew` and x::anew and anew_or_not and tests/anew.rs.",
        "// ```\n// anew\n// ```",
    ] {
        check(Kind::Rust, text, &[]);
    }
}

#[test]
fn a_pattern_spans_lines() {
    // tidy: allow(so many)
    let comment = "fn f() {}\n    // It takes so\n    // many connections.";
    check(
        Kind::Rust,
        comment,
        &["f:2: \"so many\": write the number; \"up to N\", \"for N seconds\", \"as long as\""], // tidy: allow(so many)
    );
    check(Kind::Rust, "// It does so\nfn many() {}\n// Many do.", &[]);
    check(Kind::Rust, "// It does so. Many do, so `x` many.", &[]);
}

#[test]
fn prose_in_markdown() {
    for text in [
        "Starts anew.",          // tidy: allow(anew)
        "- [starts anew](a.md)", // tidy: allow(anew)
        "| starts | anew |",     // tidy: allow(anew)
        "**anew**",
    ] {
        check(Kind::Markdown, text, &[ANEW]);
    }
    for text in [
        "Starts `anew`, or ``a ` anew``.",
        "```text\nanew\n```",
        "[starts](anew.md) [again](#anew)",
        "| don't | do |\n|---|---|\n| starts anew | starts again |", // tidy: allow(anew)
    ] {
        check(Kind::Markdown, text, &[]);
    }
}

#[test]
fn prose_in_other_files() {
    check(Kind::Toml, "a = 1 # Starts anew.", &[ANEW]); // tidy: allow(anew)
    check(Kind::Toml, "a = \"starts # anew\"", &[ANEW]); // tidy: allow(anew)
    check(Kind::Toml, "anew = \"anew\"", &[]);
    check(Kind::Hash, "# Starts anew.", &[ANEW]); // tidy: allow(anew)
    check(Kind::Hash, "Description=starts anew", &[]); // tidy: allow(anew)
    check(Kind::Man, "Starts \\-\\-it anew.", &[ANEW]); // tidy: allow(anew)
    check(
        Kind::Man,
        "Starts \\fBanew\\fR.\n.SH anew\n.nf\nanew\n.fi",
        &[],
    );
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
    let text = format!("{}\n// Starts anew.\n", directive("anew")); // tidy: allow(anew)
    check(Kind::Rust, &text, &[]);
    let text = format!("{}\n\n// Starts anew.\n", directive("anew")); // tidy: allow(anew)
    check(
        Kind::Rust,
        &text,
        &[
            "f:1: \"anew\" is allowed but not used: delete the exception", // tidy: allow(anew)
            "f:3: \"anew\": write again",                                  // tidy: allow(anew)
        ],
    );
}
