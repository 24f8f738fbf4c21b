use alloc::format;

use crate::diagnostic::quoted;
use crate::document::Document;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};
use crate::xml::{escaped_line_end, is_placeholder};

pub(crate) static RULE: LintRule = LintRule {
    name: "stray-text",
    severity: Severity::Warning,
    group: RuleGroup::Structure,
    page: page!(
        finds = "Text between the tags.",
        matters = "A policy consists of elements alone. Text is mostly what is left of a tag that lost its `<`, or of a comment
that lost its `<!--`; or a rule that somebody wrote without tags.",
        flash = "Text is ignored, as far as is known. No version is known to differ; socket policies exist since 7.0.19.",
        example = rules(r#"allow-access-from domain="www.example.com" to-ports="9339"/>
  <allow-access-from domain="www.example.com" to-ports="9340"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>
  <allow-access-from domain="www.example.com" to-ports="9340"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let texts = subject.document.map_or(&[][..], Document::texts);
    let strays = texts.iter().filter(|text| !is_placeholder(&text.text));
    for text in strays {
        findings.push(
            RULE.finding(format!(
                "expected only elements here, found {}",
                quoted(&text.text)
            ))
            .at(text.span, "")
            .note("players ignore text: whatever it was meant for has no effect")
            .help(help(&text.text)),
        );
    }
}

/// What to do about a text: it tells where it was copied from.
fn help(text: &str) -> &'static str {
    if matches!(text, "-" | "+") {
        "remove it: it is left of a diff, or of a browser's tree view"
    } else if escaped_line_end(text).is_some() {
        "the program that prints the policy escapes twice: have it print real line ends, or none"
    } else if text.starts_with('"') && text.contains('+') {
        "this is a program's text: save what it prints, without quotes, backslashes and `+`"
    } else if text.contains("<allow-access-from") {
        "write `<` for `&lt;` and `>` for `&gt;`: the rule was escaped to be shown on a page"
    } else if text.contains("allow-access-from") {
        "put a `<` before it to make it a rule"
    } else {
        "remove it, or put it between `<!--` and `-->`"
    }
}
