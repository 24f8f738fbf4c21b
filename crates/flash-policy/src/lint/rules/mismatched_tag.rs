use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "mismatched-tag",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = "end tags that close no open element, because the name differs from the start tag's or no element
is open.",
        matters = "XML names are case-sensitive, and must be spelled the same in the start tag and the end tag.",
        example =
            rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"></allow-access>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
