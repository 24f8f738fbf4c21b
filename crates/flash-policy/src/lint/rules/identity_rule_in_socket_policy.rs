use crate::document::Element;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "identity-rule-in-socket-policy",
    severity: Severity::Warning,
    group: RuleGroup::Structure,
    page: page!(
        finds = "An `<allow-access-from-identity>` in a socket policy.",
        matters = "Sockets know no signatures: the element is for documents in Acrobat.",
        flash = "It has no effect. No version of Flash Player has a use for it: it is Acrobat's.",
        example = rules(
            r#"<allow-access-from domain="www.example.com" to-ports="9339"/>
  <allow-access-from-identity/>"#
        ),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(element: &Element) -> Diagnostic {
    RULE.finding("sockets know no signatures: this element has no effect")
        .at(element.tag, "")
        .note("it is for documents in Acrobat")
        .help("remove it")
}
