use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "mismatched-quotes",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = r#"quotes that don't match: one is missing, one is left over, they are doubled, or a value begins
with `"` and ends with `'`."#,
        matters = "The value extends to the next quote of the same kind, and swallows the attributes or tags in
between.",
        example = rules(r#"<allow-access-from domain="www.example.com to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
