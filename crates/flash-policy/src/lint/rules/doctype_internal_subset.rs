use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "doctype-internal-subset",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        finds = "DOCTYPEs that contain definitions in brackets.",
        matters = "Definitions are a way to attack XML parsers: an entity can expand to gigabytes, or include
another file. flashgate never expands them, and no client should.",
        flash = "No policy that needs them is known. No version is known to differ.",
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
        .note("definitions are a way to attack XML parsers, so entities defined in a policy file are never expanded")
        .help("remove the brackets and what they contain, or the whole DOCTYPE: players don't need it")
}
