use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "malformed-tag",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = r#"A tag that XML does not accept: a space after `<`, a `>` that is missing, `//>` or `\>` for `/>`, a name that is not
valid, or attributes in an end tag."#,
        matters = "If a tag does not end where it should, the text that follows it is read as part of it. A tag at the end of the file
that has no `>` usually means that the file was cut off.",
        example = rules(r#"< allow-access-from domain="www.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
