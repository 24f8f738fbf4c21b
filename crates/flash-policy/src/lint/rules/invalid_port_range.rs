use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "invalid-port-range",
    severity: Severity::Error,
    group: RuleGroup::Ports,
    page: page!(
        finds = "port 0, ports above 65535, ranges with the higher port first, and ranges with one end only.",
        matters = "The whole rule grants nothing, including the valid ports in its list.",
        flash = "Adobe's specification has ports and `low-high` ranges. What players do with other values is not
documented. This check assumes that the rule grants nothing. No version is known to differ.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="0-100000"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="1024-65535"/>"#),
    ),
    check: BY_PARSER,
};
