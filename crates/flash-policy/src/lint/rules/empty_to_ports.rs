use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "empty-to-ports",
    severity: Severity::Error,
    group: RuleGroup::Ports,
    page: page!(
        finds = "`to-ports` attributes with no value.",
        matters = "The rule opens no port.",
        flash = "The value is `*`, or a list of ports and ranges. No version is known to differ.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports=""/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
