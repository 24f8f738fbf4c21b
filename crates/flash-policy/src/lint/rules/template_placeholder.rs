use alloc::format;
use alloc::string::String;

use crate::document::Document;
use crate::lint::rule::{Diagnostic, Findings, LintRule, RuleGroup, Severity, Span, Subject, page};
use crate::xml::outside::is_placeholder;

pub(crate) static RULE: LintRule = LintRule {
    name: "template-placeholder",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "placeholders that were not filled in: `%DOMAIN%`, `${port}`, `#{port}`, `{{ ports }}`,
`%{LISTEN_PORT}`, `@DOMAIN@`, `__DOMAIN__`; words such as `YOUR_DOMAIN`, `your-server-ip`, `MYIP` or `x.x.x.x`;
and what programs print for a variable without a value: `undefined`, `null` or `None`.",
        matters = "The file is a template. The program that fills it in did not run, or had no value for this
placeholder.",
        flash = "The player compares the text as it is, in all versions, so the rule matches no movie or no port.
Braces between tags either break the XML or are ignored.",
        example = rules(r#"<allow-access-from domain="%DOMAIN%" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

/// A finding for a placeholder in an attribute value. `what` is what belongs there.
pub(crate) fn found(message: String, place: Span, what: &str) -> Diagnostic {
    RULE.finding(message)
        .at(place, "")
        .note("the rule grants nothing")
        .help(format!(
            "replace it with the real {what}: a template was not filled in, or a variable had no value"
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
        .note("the value is missing")
        .help("fill in the template, and serve the result")
}
