use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "mismatched-tag",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = "An end tag that closes no open element: its name is different from the start tag's, or nothing is left to close.",
        matters = "XML names are case-sensitive, and must be spelled the same in the start tag and in the end tag.",
        example =
            rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"></allow-access>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
