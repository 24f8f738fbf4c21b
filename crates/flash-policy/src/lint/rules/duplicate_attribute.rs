use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "duplicate-attribute",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = "tags that have the same attribute twice.",
        matters = "XML does not allow it. The second one was usually meant to add a domain or a port. Each domain
needs a rule of its own. Ports are separated by commas in one `to-ports`.",
        example = rules(r#"<allow-access-from domain="www.example.com" domain="static.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>
  <allow-access-from domain="static.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
