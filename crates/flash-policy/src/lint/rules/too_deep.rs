use alloc::format;

use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};
use crate::xml::DEEPEST;

pub(crate) static RULE: LintRule = LintRule {
    name: "too-deep",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        finds = "more than 16 levels of nested elements.",
        matters = "Rules belong directly in the root element. This much nesting means that elements are not closed,
or that the file is an attack on the parser.",
        flash = "What players do with it is not known. No version is known to differ.",
        remedy = "Close every element: `<allow-access-from …/>`.",
    ),
    check: BY_PARSER,
};

pub(crate) fn found(tag: Span) -> Diagnostic {
    RULE.finding(format!(
        "expected at most {DEEPEST} levels of nested elements, found more"
    ))
    .at(tag, "this one is too deep")
    .help("rules belong directly in `<cross-domain-policy>`; check that every element is closed")
}
