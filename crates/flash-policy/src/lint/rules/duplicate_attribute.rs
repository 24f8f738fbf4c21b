use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "duplicate-attribute",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = "The same attribute twice in one tag.",
        matters = "XML does not allow it. The author usually wanted two domains or two sets of ports: each domain needs a rule of its own,
and ports are separated by commas in one `to-ports`.",
        example = rules(r#"<allow-access-from domain="www.example.com" domain="static.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>
  <allow-access-from domain="static.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
