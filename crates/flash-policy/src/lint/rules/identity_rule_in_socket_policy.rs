use crate::document::Element;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "identity-rule-in-socket-policy",
    severity: Severity::Warning,
    group: RuleGroup::Structure,
    page: page!(
        finds = "`<allow-access-from-identity>` in socket policies.",
        matters = "The element is for signed documents in Acrobat. Sockets have no signatures.",
        flash = "It has no effect in any version of Flash Player.",
        example = rules(
            r#"<allow-access-from domain="www.example.com" to-ports="9339"/>
  <allow-access-from-identity/>"#
        ),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(element: &Element) -> Diagnostic {
    RULE.finding("this element has no effect in a socket policy: sockets have no signatures")
        .at(element.tag, "")
        .note("it is for signed documents in Acrobat")
        .help("remove it")
}
