use alloc::format;

use crate::diagnostic::quoted;
use crate::document::{Attribute, Element};
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};
use crate::parse::SITE_CONTROL;

pub(crate) static RULE: LintRule = LintRule {
    name: "missing-site-control-value",
    severity: Severity::Error,
    group: RuleGroup::MetaPolicy,
    page: page!(
        finds = "`<site-control>` elements without `permitted-cross-domain-policies`.",
        matters = "The element has no effect, although it looks as if it had one.",
        flash = "The attribute is required. What Flash Player does without it is not documented. Lightspark stops
reading at the element. Meta-policies for sockets exist since 9.0.115.",
        example = rules(r#"<site-control/>
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<site-control permitted-cross-domain-policies="master-only"/>
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

/// A finding for an element without the attribute. `misspelt` is an attribute that may have been meant.
pub(crate) fn found(element: &Element, misspelt: Option<&Attribute>) -> Diagnostic {
    if let Some(attribute) = misspelt {
        let found = quoted(&attribute.name);
        return RULE
            .finding(format!("expected `{SITE_CONTROL}`, found {found}"))
            .at(attribute.span.part(&(0..attribute.name.len())), "")
            .note("players do not know this attribute, so the element has no effect")
            .help(format!("write `{SITE_CONTROL}`"));
    }
    RULE.finding(format!("expected `{SITE_CONTROL}`, found none"))
        .at(element.tag, "")
        .help(format!(
            "write `<site-control {SITE_CONTROL}=\"master-only\"/>`, or remove the element"
        ))
}
