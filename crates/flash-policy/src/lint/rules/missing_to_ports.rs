use alloc::format;

use crate::diagnostic::quoted;
use crate::document::{Attribute, Element};
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "missing-to-ports",
    severity: Severity::Error,
    group: RuleGroup::Ports,
    page: page!(
        finds = "rules without `to-ports` in socket policies.",
        matters = "The rule grants nothing. This is the most frequent mistake of all: the rule was copied from a
`/crossdomain.xml`, where rules have no ports.",
        flash = "In a socket policy every rule must name its ports, since 7.0.19, the first version with socket
policies. Lightspark stops reading at a rule without them.",
        example = rules(r#"<allow-access-from domain="www.example.com"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

/// A finding for a rule without the attribute. `misspelt` is an attribute that may have been meant.
pub(crate) fn found(element: &Element, misspelt: Option<&Attribute>) -> Diagnostic {
    if let Some(attribute) = misspelt {
        let found = quoted(&attribute.name);
        let message = format!("expected `to-ports`, found {found}: the rule grants nothing");
        return RULE
            .finding(message)
            .at(attribute.span, "")
            .note("names must match exactly, including upper and lower case")
            .help("write `to-ports`");
    }
    RULE.finding("expected `to-ports`, found none: the rule grants nothing")
        .at(element.tag, "")
        .note("in a socket policy every rule must name its ports; rules without ports are for URLs, in a web server's `/crossdomain.xml`")
        .help("add the ports that the movie connects to, as in `to-ports=\"9339,9400-9410\"`")
}
