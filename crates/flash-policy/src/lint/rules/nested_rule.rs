use alloc::format;

use crate::document::Element;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "nested-rule",
    severity: Severity::Error,
    group: RuleGroup::Structure,
    page: page!(
        finds = "rules and `<site-control>` elements that are inside an element other than the root.",
        matters = "They have no effect there. Usually the element before them is not closed.",
        flash = "Rules belong directly in `<cross-domain-policy>`. The clients whose source is public ignore
nested ones. No version is known to differ.",
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
        ("the meta-policy", "players ignore it here")
    } else {
        ("the rule", "the rule grants nothing")
    };
    RULE.finding(format!(
        "expected {what} directly in `<cross-domain-policy>`, found it in another element"
    ))
    .at(element.tag, "")
    .note(note)
    .help("move it out of that element; check that every element before it is closed")
}
