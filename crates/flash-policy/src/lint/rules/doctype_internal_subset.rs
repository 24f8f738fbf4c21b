use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "doctype-internal-subset",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        finds = "A DOCTYPE with definitions of its own in brackets.",
        matters = "Definitions are how XML parsers are attacked: entities that expand to gigabytes, or to other files. Nothing here
expands one, and neither should a client.",
        flash = "Nobody knows of a policy that needs them. No version is known to differ; socket policies exist since 7.0.19.",
        example = file(r#"<!DOCTYPE cross-domain-policy [<!ENTITY site "www.example.com">]>
<cross-domain-policy>
  <allow-access-from domain="&site;" to-ports="9339"/>
</cross-domain-policy>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(place: Span) -> Diagnostic {
    RULE.finding("expected a DOCTYPE without definitions, found `[`")
        .at(place, "definitions begin here")
        .note("entities defined in a policy file are never expanded: that is how XML parsers are attacked")
        .help("remove the part in brackets, or the whole DOCTYPE: players need none")
}
