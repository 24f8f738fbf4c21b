use alloc::format;

use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};
use crate::xml::MOST_NAMESPACES;

pub(crate) static RULE: LintRule = LintRule {
    name: "too-many-namespaces",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        finds = "files with more than 64 namespace declarations.",
        matters = "A policy needs at most one, for a schema reference on its root element. Many declarations slow
XML parsers down, so this check refuses such a file.",
        flash = "What players do with it is not known. No version is known to differ.",
        remedy = "Remove the `xmlns` attributes.",
    ),
    check: BY_PARSER,
};

pub(crate) fn found(tag: Span) -> Diagnostic {
    RULE.finding(format!(
        "expected at most {MOST_NAMESPACES} namespace declarations in a file, found more"
    ))
    .at(tag, "this is one too many")
    .help("remove the `xmlns` attributes: a policy does not need them")
}
