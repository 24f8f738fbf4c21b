use alloc::string::ToString as _;

use crate::document::Attribute;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};
use crate::policy::HeaderSetError;

pub(crate) static RULE: LintRule = LintRule {
    name: "invalid-headers",
    severity: Severity::Error,
    group: RuleGroup::Url,
    page: page!(
        finds = "`headers` with something that is not the name of a header.",
        matters = "Names contain no spaces and no colons, commas separate them, and `*` is only for the end of a name.
What players make of another list is not documented, so this parser allows none of its headers.",
        flash = "The attribute is a list of names, in any case. A `*` at the end of a name matches all headers that
begin with it. Header rules came with 9.0.115 or 9.0.124; Adobe's texts differ.",
        example = rules(
            "as=url",
            r#"<allow-http-request-headers-from domain="www.example.com" headers="X-*-Token"/>"#
        ),
        instead = rules(
            "as=url",
            r#"<allow-http-request-headers-from domain="www.example.com" headers="X-Game-*"/>"#
        ),
    ),
    check: BY_PARSER,
};

/// A finding for a list that is not valid.
pub(crate) fn found(headers: &Attribute, error: &HeaderSetError) -> Diagnostic {
    RULE.finding(error.to_string())
        .at(headers.place(&error.range), "")
        .note("the rule allows no header")
        .help(error.help())
}
