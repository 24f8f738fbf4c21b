use alloc::format;

use crate::diagnostic::quoted;
use crate::document::{Attribute, Element};
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "missing-domain",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "rules without `domain`.",
        matters = "`domain` is the host that movies are loaded from. Without it, the rule allows no movie.",
        flash = "The attribute is required in every version.",
        example = rules(r#"<allow-access-from to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

/// A finding for a rule without the attribute. `misspelt` is an attribute that may have been meant.
pub(crate) fn found(element: &Element, misspelt: Option<&Attribute>) -> Diagnostic {
    if let Some(attribute) = misspelt {
        let found = quoted(&attribute.name);
        let message = format!("expected `domain`, found {found}: the rule grants nothing");
        return RULE
            .finding(message)
            .at(attribute.span, "")
            .note("names must match exactly, including upper and lower case")
            .help("write `domain`");
    }
    RULE.finding("expected `domain`, found none: the rule grants nothing")
        .at(element.tag, "")
        .help("write `domain=\"www.example.com\"`, the host that the movie is loaded from")
}
