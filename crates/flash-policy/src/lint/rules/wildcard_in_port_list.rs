use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "wildcard-in-port-list",
    severity: Severity::Error,
    group: RuleGroup::Ports,
    page: page!(
        finds = "`*` in a list with other ports.",
        matters = "It is not part of the format. Some clients open all ports, others open none.",
        flash = "`*` must be alone. What Flash Player does with `*,80` is not known. Lightspark opens all ports.
No version is known to differ.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="*,80"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="80,9339"/>"#),
    ),
    check: BY_PARSER,
};
