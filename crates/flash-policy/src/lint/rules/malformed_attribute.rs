use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "malformed-attribute",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = r#"attributes that are not written `name="value"`: without a value, with `:` in place of `=`, with
a space inside the name, or without a space before it."#,
        matters = "XML separates attributes by whitespace and requires a quoted value for each. A space copied from
a web page may be a no-break space, which looks the same but is not whitespace in XML.",
        example = rules(r#"<allow-access-from domain="www.example.com" to ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
