use crate::document::Element;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "duplicate-site-control",
    severity: Severity::Error,
    group: RuleGroup::MetaPolicy,
    page: page!(
        finds = "second `<site-control>` elements.",
        matters = "A policy has one meta-policy, and clients disagree on which of two they use.",
        flash = "Secondary sources quote the specification as saying that `none` wins. Lightspark uses the first,
and reads nothing after the second. Meta-policies for sockets exist since 9.0.115.",
        example = rules(r#"<site-control permitted-cross-domain-policies="all"/>
  <site-control permitted-cross-domain-policies="master-only"/>
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<site-control permitted-cross-domain-policies="master-only"/>
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(element: &Element, first: Option<Span>) -> Diagnostic {
    let finding = RULE
        .finding("expected one `<site-control>`, found a second one")
        .at(element.tag, "")
        .note("`none` wins, then the strictest value; Lightspark uses the first, and reads nothing after the second")
        .help("keep one");
    match first {
        Some(first) => finding.also_at(first, "the first one"),
        None => finding,
    }
}
