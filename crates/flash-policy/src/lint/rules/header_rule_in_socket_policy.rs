use crate::document::Element;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "header-rule-in-socket-policy",
    severity: Severity::Warning,
    group: RuleGroup::Structure,
    page: page!(
        finds = "`<allow-http-request-headers-from>` in socket policies.",
        matters = "Sockets have no HTTP headers. The element belongs in `/crossdomain.xml`, and was probably copied
from one.",
        flash = "It has no effect in any version. Lightspark stops reading at it: on port 843 the rules before it
count only after a `<site-control>`, and on other ports none of them count.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>
  <allow-http-request-headers-from domain="www.example.com" headers="*"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(element: &Element) -> Diagnostic {
    RULE.finding("this element has no effect in a socket policy: sockets have no HTTP headers")
        .at(element.tag, "")
        .note("it belongs in `/crossdomain.xml`; Lightspark stops reading at it")
        .help("remove it")
}
