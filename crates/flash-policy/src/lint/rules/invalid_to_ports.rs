use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "invalid-to-ports",
    severity: Severity::Error,
    group: RuleGroup::Ports,
    page: page!(
        finds = "`to-ports` with anything but ports and ranges in it: a word, an extra comma, a semicolon.",
        matters = "The whole rule grants nothing, including the valid ports in its list.",
        flash = "The value is `*`, or ports and `low-high` ranges separated by commas. What players do with other
text is not documented. No version is known to differ.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339;9340"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339,9340"/>"#),
    ),
    check: BY_PARSER,
};
