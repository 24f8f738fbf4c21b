//! The errors of `FromStr` for a policy.

#![cfg(test)]

use flash_policy::Policy;
use flash_policy::parse::LARGEST;

#[track_caller]
fn check(text: &str, found: &str) {
    let error = text.parse::<Policy>().unwrap_err();
    let expected = format!("expected a socket policy without mistakes, found {found}");
    assert_eq!(error.to_string(), expected, "{text}");
}

/// The error of `FromStr` names the first mistake in the text, whichever part of the parser finds it.
#[test]
fn from_str_names_the_first_mistake() {
    let policy = |body: &str| format!("<cross-domain-policy>\n{body}\n</cross-domain-policy>");
    let rule = |rest: &str| {
        policy(&format!(
            "<allow-access-from domain='a.test' to-ports='80'{rest}/>"
        ))
    };
    let with = |from: &str, to: &str| rule("").replace(from, to);
    check("", "1, in line 1, column 1: it is empty");
    check(
        "<html/>",
        "1, in line 1, column 1: the root element is not `<cross-domain-policy>`",
    );
    check(
        "<cross-domain-policy",
        "1, in line 1, column 1: it is not well-formed XML, or exceeds a limit of the parser",
    );
    check(
        &with("80", "80-"),
        "1, in line 2, column 46: expected a range like `9000-9010`, found only one end",
    );
    check(
        &with("80", "80, 81"),
        "1, in line 2, column 46: `to-ports` contains whitespace",
    );
    check(
        &with("a.test", "a.test."),
        "1, in line 2, column 28: `domain` ends in a dot",
    );
    check(
        &with("a.test", "a/b"),
        "1, in line 2, column 28: expected a domain without a path",
    );
    check(
        &with(" to-ports='80'", ""),
        "1, in line 2, column 1: `to-ports` is missing",
    );
    check(
        &rule(" x='' secure='1'"),
        "2, the first in line 2, column 50: an attribute that its element does not have",
    );
    check(
        &format!("{}\0", rule("")),
        "1, in line 3, column 23: a NUL after the document",
    );
    check(
        &"x".repeat(LARGEST + 1),
        "1, in line 1, column 1: it has more than 65536 bytes",
    );
    // What only the parser calls a mistake is accepted elsewhere.
    assert!(Policy::new().allow("a.test.", "80, 81").is_ok());
}
