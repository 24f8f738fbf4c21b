use alloc::format;

use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};
use crate::xml::MOST_PARTS;

pub(crate) static RULE: LintRule = LintRule {
    name: "too-many-elements",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        finds = "A file with more than 10,000 elements, attributes, ports in lists, comments and pieces of text.",
        matters = "A policy has a few dozen. Each one costs memory in whatever reads the file, so nothing behind that number is read
here.",
        flash = "Whether Flash Player has such a limit is not known. No client is known to read a file of that size: Unity stops at
5,000 bytes. No version is known to differ; socket policies exist since 7.0.19.",
        remedy = "Check that the file is a policy. Join rules that differ only in their ports, and use `*.example.com` for the hosts
of one domain.",
    ),
    check: BY_PARSER,
};

pub(crate) fn found(place: Span) -> Diagnostic {
    RULE.finding(format!(
        "expected at most {MOST_PARTS} elements, attributes and ports in a file, found more"
    ))
    .at(place, "this is one too many; nothing from here on is read")
    .help("check that this is a policy file; join rules that differ only in their ports")
}
