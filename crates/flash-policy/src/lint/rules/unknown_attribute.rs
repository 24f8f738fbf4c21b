use alloc::format;
use alloc::string::String;

use crate::diagnostic::quoted;
use crate::document::{Attribute, Element, NamespaceAttribute};
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};
use crate::spelling::nearest;

pub(crate) static RULE: LintRule = LintRule {
    name: "unknown-attribute",
    severity: Severity::Warning,
    group: RuleGroup::Structure,
    page: page!(
        finds = "attributes that the element does not have.",
        matters = "The attribute is probably misspelled, and has no effect. In a Silverlight policy, Moonlight ignores the
element that has it, so it is an error there: `<policy>`, `<allow-from>`, `<grant-to>`, `<resource>`. With an `xmlns` on
the root element, Moonlight rejects the whole file.",
        flash = "What Flash Player does with it is not documented. Lightspark stops reading at a rule that has
more than three attributes. No version is known to differ.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339" secured="true"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(element: &Element, attribute: &Attribute, known: &[&str]) -> Diagnostic {
    let help = nearest(&attribute.name, known).map_or_else(
        || String::from("remove it"),
        |name| format!("did you mean `{name}`?"),
    );
    let finding = RULE
        .finding(format!(
            "unknown attribute {1} in {0}",
            element.quoted_tag(),
            quoted(&attribute.name)
        ))
        .at(attribute.span, "")
        .note("players ignore it");
    let finding = match element.name.as_str() {
        "allow-access-from" if element.attributes.len() > 3 => {
            finding.note("Lightspark stops reading at a rule with more than three attributes")
        }
        "site-control" => finding
            .note("Lightspark stops reading at a `<site-control>` with more than one attribute"),
        _ => finding,
    };
    finding.help(help)
}

/// A namespace declaration in a Silverlight policy.
pub(crate) fn found_namespace(element: &Element, namespace: &NamespaceAttribute) -> Diagnostic {
    let message = format!(
        "unknown attribute `xmlns` in {}: a Silverlight policy has no namespace",
        element.quoted_tag()
    );
    RULE.finding(message)
        .at(namespace.span, "")
        .help("remove it")
}
