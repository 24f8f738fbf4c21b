use crate::Span;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "missing-headers",
    severity: Severity::Error,
    group: RuleGroup::Url,
    page: page!(
        finds = "header rules without `headers`, or with an empty one.",
        matters = "The rule allows no header.",
        flash = "The attribute is required: a list of header names, or `*`. Header rules came with 9.0.115 or
9.0.124; Adobe's texts differ.",
        example = rules(
            "as=url",
            r#"<allow-http-request-headers-from domain="www.example.com"/>"#
        ),
        instead = rules(
            "as=url",
            r#"<allow-http-request-headers-from domain="www.example.com" headers="SOAPAction"/>"#
        ),
    ),
    check: BY_PARSER,
};

/// A finding for a header rule without the attribute, or for an empty attribute.
pub(crate) fn found(place: Span) -> Diagnostic {
    RULE.finding("expected `headers`, found none: the rule allows no header")
        .at(place, "")
        .help("name the headers, as in `headers=\"SOAPAction\"`, or remove the rule")
}
