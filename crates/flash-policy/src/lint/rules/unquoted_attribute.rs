use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "unquoted-attribute",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = "attribute values without quotes, or with `&quot;` in place of quotes.",
        matters = "HTML allows values without quotes. XML does not.",
        example = rules(r#"<allow-access-from domain=www.example.com to-ports=9339/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
