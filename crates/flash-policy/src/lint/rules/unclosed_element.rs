use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "unclosed-element",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = "start tags without an end tag. In a rule this is usually `>` in place of `/>`.",
        matters = "The element extends to the end of the file, or to the end of the element that contains it.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339">"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
