use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "escaped-xml",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = r#"policies that are still escaped: for HTML (`&lt;cross-domain-policy&gt;`), JSON (`\u003c`) or a
URL (`%3C`), or as a string in a program (`\"` for a quote, `\n` for a line end, quotes around each line)."#,
        matters = "Players read the escapes as they are. The file was copied from source code or from the HTML of a
page, or the program that sends the policy escapes it once too often.",
        example = file(r#""<cross-domain-policy>" +
"<allow-access-from domain='www.example.com' to-ports='9339'/>" +
"</cross-domain-policy>""#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
