use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "malformed-xml",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = "An XML syntax error that has no rule of its own: a namespace prefix that is not declared, a CDATA section without an
end, a processing instruction without a name, or no element at all.",
        matters = "One syntax error makes the whole file invalid.",
        example = rules(r#"<x:allow-access-from domain="www.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
