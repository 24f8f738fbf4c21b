use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "invalid-port-range",
    severity: Severity::Error,
    group: RuleGroup::Ports,
    page: page!(
        finds = "A port that is 0 or above 65535, a range with its ends the wrong way round, or with one end only.",
        matters = "There are no such ports, so the rule grants nothing.",
        flash = "Adobe's text gives ports and `low-high` ranges. What players make of others is not stated; the rule is taken to
grant nothing, with everything else in its list. No version is known to differ; socket policies, and with them
`to-ports`, exist since 7.0.19.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="0-100000"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="1024-65535"/>"#),
    ),
    check: BY_PARSER,
};
