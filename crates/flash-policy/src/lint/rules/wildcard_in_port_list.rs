use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "wildcard-in-port-list",
    severity: Severity::Error,
    group: RuleGroup::Ports,
    page: page!(
        finds = "A `*` beside other ports.",
        matters = "It is outside the format: some clients take it for all ports, others for none.",
        flash = "`*` stands alone. What Flash Player makes of `*,80` is not known; Lightspark takes it for all. No version is known
to differ; socket policies, and with them `to-ports`, exist since 7.0.19.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="*,80"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="80,9339"/>"#),
    ),
    check: BY_PARSER,
};
