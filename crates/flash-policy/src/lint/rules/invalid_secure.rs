use alloc::format;

use crate::diagnostic::quoted;
use crate::document::Element;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "invalid-secure",
    severity: Severity::Error,
    group: RuleGroup::Secure,
    page: page!(
        finds = "`secure` attributes whose value is neither `true` nor `false`.",
        matters = "It is not known what the rule means to a player.",
        flash = "Both values are in lower case. What players do with other values is not known. This check
assumes that the rule grants nothing. Adobe's specification (2010) names no version.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339" secure="no"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

/// A finding for a rule whose `secure` is neither `true` nor `false`.
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
        .note(
            "what players do with other values is not known; the rule is assumed to grant nothing",
        )
        .help("write `secure=\"true\"` to allow only movies loaded over HTTPS, or remove it");
    Some(finding)
}
