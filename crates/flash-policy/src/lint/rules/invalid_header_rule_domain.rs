use alloc::string::ToString as _;

use crate::DomainPattern;
use crate::document::{Attribute, Element};
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "invalid-header-rule-domain",
    severity: Severity::Error,
    group: RuleGroup::Url,
    page: page!(
        finds = "header rules without `domain`, or with an invalid one.",
        matters = "The rule matches no movie.",
        flash = "`domain` has the same form as in `<allow-access-from>`: a host name, an IP address, `*.` and a
name, or `*`. Header rules came with 9.0.115 or 9.0.124; Adobe's texts differ.",
        example = rules("as=url", r#"<allow-http-request-headers-from domain="www.example.*" headers="SOAPAction"/>"#),
        instead = rules("as=url", r#"<allow-http-request-headers-from domain="*.example.com" headers="SOAPAction"/>"#),
    ),
    check: BY_PARSER,
};

/// A finding for a header rule whose `domain` is missing, or matches nothing.
pub(crate) fn found(element: &Element, domain: Option<&Attribute>) -> Option<Diagnostic> {
    let Some(attribute) = domain else {
        return Some(
            RULE.finding("expected `domain`, found none: the rule matches no movie")
                .at(element.tag, "")
                .help("write `domain=\"www.example.com\"`, the host that the movie is loaded from"),
        );
    };
    let error = attribute.value.parse::<DomainPattern>().err()?;
    Some(
        RULE.finding(error.to_string())
            .at(attribute.place(&error.range), "")
            .note("the rule matches no movie")
            .help(error.help()),
    )
}
