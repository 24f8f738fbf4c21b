use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "malformed-xml",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = "XML syntax errors that have no rule of their own: an undeclared namespace prefix, an unclosed
CDATA section, a processing instruction without a name, or a file without elements.",
        matters = "One syntax error makes the whole file invalid.",
        example = rules(r#"<x:allow-access-from domain="www.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
