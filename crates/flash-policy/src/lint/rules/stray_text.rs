use alloc::format;

use crate::diagnostic::quoted;
use crate::document::Document;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};
use crate::xml::outside::{escaped_line_end, is_placeholder};

pub(crate) static RULE: LintRule = LintRule {
    name: "stray-text",
    severity: Severity::Warning,
    group: RuleGroup::Structure,
    page: page!(
        finds = "text between the tags.",
        matters = "A policy contains only elements. The text is usually what is left of a tag without its `<` or a
comment without its `<!--`, or a rule written without tags.",
        flash = "As far as is known, players ignore text. No version is known to differ.",
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
            .note("players ignore text, so it has no effect")
            .help(help(&text.text)),
        );
    }
}

/// What to do about a text, which often shows where it came from.
fn help(text: &str) -> &'static str {
    if matches!(text, "-" | "+") {
        "remove it: it was left by a diff or a browser's tree view"
    } else if escaped_line_end(text).is_some() {
        "print real line ends, or none: the program that prints the policy escapes them twice"
    } else if text.starts_with('"') && text.contains('+') {
        "this is source code: save what the program prints, without quotes, backslashes and `+`"
    } else if text.contains("<allow-access-from") {
        "write `<` for `&lt;` and `>` for `&gt;`: the rule is escaped for HTML"
    } else if text.contains("allow-access-from") {
        "put a `<` before it to make it a rule"
    } else {
        "remove it, or put it between `<!--` and `-->`"
    }
}
