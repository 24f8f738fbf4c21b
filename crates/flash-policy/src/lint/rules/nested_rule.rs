use alloc::format;

use crate::document::Element;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "nested-rule",
    severity: Severity::Error,
    group: RuleGroup::Structure,
    page: page!(
        finds = "A rule, or a `<site-control>`, inside another element than the root.",
        matters = "It counts for nothing there. Mostly the element before it was not closed where it should have been.",
        flash = "Rules stand directly in `<cross-domain-policy>`; deeper ones have no effect in the clients whose source is
public. No version is known to do otherwise.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339">
    <allow-access-from domain="www.example.org" to-ports="9339"/>
  </allow-access-from>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>
  <allow-access-from domain="www.example.org" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(element: &Element) -> Diagnostic {
    let (what, note) = if element.name == "site-control" {
        ("the meta-policy", "it counts for nothing in the player")
    } else {
        ("the rule", "the rule grants nothing in the player")
    };
    RULE.finding(format!(
        "expected {what} directly in `<cross-domain-policy>`, found it in another element"
    ))
    .at(element.tag, "")
    .note(note)
    .help("move it out of the element around it; check that every element before it is closed")
}
