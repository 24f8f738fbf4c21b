use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "unescaped-character",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = "`&` and `<` characters that are not escaped, and `]]>` in text.",
        matters = "In XML, `&` begins an entity and `<` begins a tag. As plain text they are written `&amp;` and
`&lt;`.",
        example = rules(
            r#"<allow-access-from domain="www.example.com&static.example.com" to-ports="9339"/>"#
        ),
        instead = rules(
            r#"<allow-access-from domain="www.example.com" to-ports="9339"/>
  <allow-access-from domain="static.example.com" to-ports="9339"/>"#
        ),
    ),
    check: BY_PARSER,
};
