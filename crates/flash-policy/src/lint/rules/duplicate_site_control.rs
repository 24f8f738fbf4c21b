use crate::document::Element;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "duplicate-site-control",
    severity: Severity::Error,
    group: RuleGroup::MetaPolicy,
    page: page!(
        finds = "A second `<site-control>`.",
        matters = "Two meta-policies are one too many, and clients disagree on which counts.",
        flash = "As the specification is quoted, `none` wins. In Lightspark the first one counts, and nothing after the second is read.
Meta-policies for sockets exist since 9.0.115.",
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
        .finding("expected one `<site-control>`, found another")
        .at(element.tag, "")
        .note("of several, `none` wins, then the strictest; Lightspark keeps the first, and reads nothing after the second")
        .help("keep one");
    match first {
        Some(first) => finding.also_at(first, "the one that counts so far"),
        None => finding,
    }
}
