use alloc::format;
use alloc::string::String;

use crate::document::Document;
use crate::lint::rule::{Diagnostic, Findings, LintRule, RuleGroup, Severity, Span, Subject, page};
use crate::xml::is_placeholder;

pub(crate) static RULE: LintRule = LintRule {
    name: "template-placeholder",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "A placeholder that nobody filled in: `%DOMAIN%`, `${port}`, `#{port}`, `{{ ports }}`, `%{LISTEN_PORT}`, `@DOMAIN@`,
`__DOMAIN__`. So are words for what was to be written there (`YOUR_DOMAIN`, `your-server-ip`, `MYIP`, `x.x.x.x`), and
what programs print for a variable without a value (`undefined`, `null`, `None`).",
        matters = "The file is a template; what was to put in the real values did not run, or did not know this one.",
        flash = "The player compares the text as it stands, in all versions: the rule matches no movie, or no port. Braces between
tags break the XML or are ignored.",
        example = rules(r#"<allow-access-from domain="%DOMAIN%" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

/// Where a value is a placeholder, what is to be said.
pub(crate) fn found(message: String, place: Span, what: &str) -> Diagnostic {
    RULE.finding(message)
        .at(place, "")
        .note("the rule grants nothing in the player")
        .help(format!(
            "put the real {what} in its place: a template was not filled in, or a program's variable had no value"
        ))
}

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let texts = subject.document.map_or(&[][..], Document::texts);
    for text in texts.iter().filter(|text| is_placeholder(&text.text)) {
        findings.push(found_between_tags(text.span));
    }
}

pub(crate) fn found_between_tags(place: Span) -> Diagnostic {
    RULE.finding("found a placeholder between the tags")
        .at(place, "")
        .note("what was to stand in its place is missing")
        .help("fill the template in, and serve the result")
}
