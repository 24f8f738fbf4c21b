use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "malformed-tag",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = r#"tags that XML does not accept: a space after `<`, a missing `>`, `//>` or `\>` in place of `/>`,
an invalid name, or attributes in an end tag."#,
        matters = "If a tag does not end where it should, the text after it is read as part of it. A tag without
`>` at the end of the file usually means that the file was cut off.",
        example = rules(r#"< allow-access-from domain="www.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
