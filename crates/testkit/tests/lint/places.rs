//! Lines, columns and carets are where an editor shows them, whatever bytes come before.

use super::lint;

/// Checks the place of the first finding of a rule, and that the carets are below this text.
#[track_caller]
fn check(bytes: &[u8], rule: &str, place: &str, marked: &str) {
    let short = lint(bytes, &["--format", "short"]).stdout;
    let line = short.lines().find(|line| line.contains(rule));
    let line = line.unwrap_or_else(|| panic!("no [{rule}] in:\n{short}"));
    assert!(line.starts_with(&format!("<stdin>:{place}: ")), "{line}");
    let human = lint(bytes, &[]).stdout;
    let (_, finding) = human.split_once(&format!("[{rule}]")).unwrap();
    let mut lines = finding.lines().skip(1);
    let arrow = lines.next().unwrap();
    assert!(arrow.ends_with(&format!("--> <stdin>:{place}")), "{human}");
    let (source, carets) = (lines.nth(1).unwrap(), lines.next().unwrap());
    assert_eq!(under(source, carets), marked, "{human}");
}

/// The text above the carets, on a terminal where some characters take two columns.
fn under(source: &str, carets: &str) -> String {
    let start = carets.find('^').expect("carets");
    let end = start + carets[start..].chars().take_while(|c| *c == '^').count();
    let mut column = 0;
    let mut marked = String::new();
    for c in source.chars() {
        if (start..end).contains(&column) {
            marked.push(c);
        }
        // The wide characters in these tests.
        column += if ('\u{1100}'..='\u{ffe6}').contains(&c) && c != '\u{fffd}' {
            2
        } else {
            1
        };
    }
    marked
}

const RULE: &str = "<allow-access-from domain=\"*\" to-ports=\"9339\"/>";

fn around(before: &str, after: &str) -> Vec<u8> {
    format!("<cross-domain-policy>{before}{RULE}{after}</cross-domain-policy>").into_bytes()
}

#[test]
fn tabs() {
    check(&around("\n\t\t", "\n"), "wildcard-domain", "2:30", "*");
}

#[test]
fn line_ends() {
    check(&around("\r\n  ", "\r\n"), "wildcard-domain", "2:30", "*");
    check(&around("\n\n  ", "\n"), "wildcard-domain", "3:30", "*");
}

#[test]
fn wide_characters() {
    check(
        &around("\n<!-- 全角 -->", "\n"),
        "wildcard-domain",
        "2:39",
        "*",
    );
    check(
        &around("\n<!-- äöü -->", "\n"),
        "wildcard-domain",
        "2:40",
        "*",
    );
}

/// Editors hide it, and count from the text after it.
#[test]
fn a_byte_order_mark() {
    let bytes = [b"\xEF\xBB\xBF".to_vec(), around("", "")].concat();
    check(&bytes, "wildcard-domain", "1:49", "*");
}

/// Only a part of a long line is shown, and the carets are in it.
#[test]
fn long_lines() {
    let padding = format!("<!--{}-->", "x".repeat(20_000));
    let bytes = around(&padding, &padding);
    check(&bytes, "wildcard-domain", "1:20056", "*");
    for line in lint(&bytes, &[]).stdout.lines() {
        assert!(line.len() < 400, "{} bytes", line.len());
    }
}

#[test]
fn what_is_not_utf_8() {
    let bytes = b"<cross-domain-policy>\n<!-- \xE4\xF6 -->\n</cross-domain-policy>";
    let said = lint(bytes, &["--format", "short"]);
    assert!(said.stdout.starts_with("<stdin>:2:6: "), "{}", said.stdout);
}

/// The output contains no control characters from the file.
#[test]
fn control_characters() {
    let bytes = around("<!-- \u{1b}[31m\u{202e} -->", "");
    let said = lint(bytes, &[]);
    assert!(
        !said.stdout.contains(['\u{1b}', '\u{202e}']),
        "{}",
        said.stdout
    );
}

/// A mistake that occurs a thousand times is one finding.
#[test]
fn very_many_findings() {
    let bytes = around(&RULE.repeat(1000), "");
    for format in ["human", "short", "github", "sarif", "json"] {
        let said = lint(&bytes, &["--format", format]);
        let is_counted = said.stdout.contains("in this line 1000 more times")
            || said.stdout.contains("\"places\":1001,");
        assert!(is_counted, "{format}: {}", said.stdout);
    }
    let said = lint(&bytes, &[]);
    assert!(said.stdout.len() < 10_000, "{} bytes", said.stdout.len());
}
