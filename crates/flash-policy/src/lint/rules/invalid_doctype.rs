use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "invalid-doctype",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = "DOCTYPEs that XML does not accept: in lower case, a second one, in the wrong place, or with a
missing space or quote.",
        matters = "A policy needs no DOCTYPE, but an invalid one makes the whole file invalid.",
        example = file(r#"<!doctype cross-domain-policy>
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
