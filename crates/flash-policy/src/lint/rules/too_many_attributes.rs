use alloc::format;

use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};
use crate::xml::MOST_ATTRIBUTES;

pub(crate) static RULE: LintRule = LintRule {
    name: "too-many-attributes",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        finds = "tags with more than 32 attributes.",
        matters = "A rule has three attributes. Many attributes slow XML parsers down, so this check refuses such a
tag.",
        flash = "What players do with it is not known. No version is known to differ.",
        remedy = "A rule has only `domain`, `to-ports` and `secure`. For another domain, add another rule.",
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
