use alloc::format;

use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};
use crate::xml::MOST_ATTRIBUTES;

pub(crate) static RULE: LintRule = LintRule {
    name: "too-many-attributes",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        finds = "A tag with more than 32 attributes.",
        matters = "A rule has three. Parsers slow down with the number of attributes, so a tag like this is refused before one sees
it.",
        flash = "What players do with it is not known. No version is known to differ; socket policies exist since 7.0.19.",
        remedy = "`domain`, `to-ports` and `secure` are all that a rule has; another domain needs another rule.",
    ),
    check: BY_PARSER,
};

pub(crate) fn found(attributes: usize, tag: Span) -> Diagnostic {
    RULE.finding(format!(
        "expected at most {MOST_ATTRIBUTES} attributes, found {attributes}"
    ))
    .at(tag, "in this tag")
    .help("a rule has three: `domain`, `to-ports` and `secure`")
}
