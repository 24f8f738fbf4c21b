use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "undefined-entity",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = "entities that XML does not define, such as `&nbsp;` or `&copy;`.",
        matters = "XML defines five entities: `&amp;`, `&lt;`, `&gt;`, `&quot;` and `&apos;`. The others belong to
HTML.",
        example = rules(
            r#"<!-- the lobby -->&nbsp;
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#
        ),
        instead = rules(
            r#"<!-- the lobby -->
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#
        ),
    ),
    check: BY_PARSER,
};
