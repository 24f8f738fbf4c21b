use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "empty-domain",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "A `domain` with nothing in it.",
        matters = "It matches no movie.",
        flash = "The value is a host name, an address, `*.` and a name, or `*`. No version is known to differ; socket policies,
with domains as they are now, exist since 7.0.19.",
        example = rules(r#"<allow-access-from domain="" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
