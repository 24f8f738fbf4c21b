use crate::document::Element;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "header-rule-in-socket-policy",
    severity: Severity::Warning,
    group: RuleGroup::Structure,
    page: page!(
        finds = "An `<allow-http-request-headers-from>` in a socket policy.",
        matters = "Sockets know no HTTP headers: the element belongs in `/crossdomain.xml`, where such files are often copied
from.",
        flash = "It has no effect. Lightspark stops reading there: on port 843 the rules before it count only after a
`<site-control>`, and on other ports none do. No version gives sockets a use for it.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>
  <allow-http-request-headers-from domain="www.example.com" headers="*"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(element: &Element) -> Diagnostic {
    RULE.finding("sockets know no HTTP headers: this element has no effect")
        .at(element.tag, "")
        .note("it belongs in `/crossdomain.xml`; Lightspark stops reading at it")
        .help("remove it")
}
