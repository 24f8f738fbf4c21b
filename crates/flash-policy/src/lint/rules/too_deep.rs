use alloc::format;

use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};
use crate::xml::DEEPEST;

pub(crate) static RULE: LintRule = LintRule {
    name: "too-deep",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        finds = "More than 16 elements within each other.",
        matters = "Rules stand directly in the root. Elements this deep are the sign of tags that were never closed, or of an
attack on the parser.",
        flash = "What players do with it is not known. No version is known to differ; socket policies exist since 7.0.19.",
        remedy = "Close every element: `<allow-access-from …/>`.",
    ),
    check: BY_PARSER,
};

pub(crate) fn found(tag: Span) -> Diagnostic {
    RULE.finding(format!(
        "expected at most {DEEPEST} elements within each other, found more"
    ))
    .at(tag, "this one is too deep")
    .help("rules stand directly in `<cross-domain-policy>`; check that every element is closed")
}
