use alloc::format;

use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};
use crate::xml::MOST_NAMESPACES;

pub(crate) static RULE: LintRule = LintRule {
    name: "too-many-namespaces",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        finds = "More than 64 namespace declarations in a file.",
        matters = "A policy needs one at most, for a schema reference on its root. Parsers slow down with their number, so a file
like this is refused before one sees it.",
        flash = "What players do with it is not known. No version is known to differ; socket policies exist since 7.0.19.",
        remedy = "Remove the `xmlns` attributes.",
    ),
    check: BY_PARSER,
};

pub(crate) fn found(tag: Span) -> Diagnostic {
    RULE.finding(format!(
        "expected at most {MOST_NAMESPACES} namespace declarations in a file, found more"
    ))
    .at(tag, "this is one too many")
    .help("remove the `xmlns` attributes: a policy needs none")
}
