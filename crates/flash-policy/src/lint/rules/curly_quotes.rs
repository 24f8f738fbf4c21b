use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "curly-quotes",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = "attribute values in curly quotes: `“9339”`, `„9339“`, `‘9339’` or `«9339»`.",
        matters = r#"XML accepts only the straight quotes `"` and `'`. Word processors, blogs and chat programs
replace straight quotes by curly ones, and the difference is easy to miss."#,
        example = rules(r#"<allow-access-from domain=“www.example.com” to-ports=“9339”/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
