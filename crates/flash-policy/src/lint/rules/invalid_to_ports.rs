use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "invalid-to-ports",
    severity: Severity::Error,
    group: RuleGroup::Ports,
    page: page!(
        finds = "Something in `to-ports` that is no port and no range: a word, a surplus comma, a semicolon.",
        matters = "The rule grants nothing, its good ports included.",
        flash = "The grammar is `*`, or ports and `low-high` ranges with commas between them. What players make of other texts is
not stated. No version is known to differ; socket policies, and with them `to-ports`, exist since 7.0.19.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339;9340"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339,9340"/>"#),
    ),
    check: BY_PARSER,
};
