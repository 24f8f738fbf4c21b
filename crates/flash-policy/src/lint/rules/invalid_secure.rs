use alloc::format;

use crate::diagnostic::quoted;
use crate::document::Element;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "invalid-secure",
    severity: Severity::Error,
    group: RuleGroup::Secure,
    page: page!(
        finds = "A `secure` that is neither `true` nor `false`, of a rule for movies or for headers.",
        matters = "What the rule then means, nobody knows.",
        flash = "The two values are in lower case. What players make of others is not known; the rule is taken to grant nothing.
Adobe's specification, of 2010, names no version for it.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339" secure="no"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

/// For a rule whose `secure` is neither.
pub(crate) fn find(element: &Element) -> Option<Diagnostic> {
    let attribute = element.attribute("secure")?;
    if matches!(attribute.value.as_str(), "true" | "false") {
        return None;
    }
    let finding = RULE
        .finding(format!(
            "expected `true` or `false`, found {}",
            quoted(&attribute.value)
        ))
        .at(attribute.value_span, "")
        .note("what players make of another value is not known; the rule is taken to grant nothing")
        .help("write `secure=\"true\"` to admit only movies loaded over HTTPS, or leave it out");
    Some(finding)
}
