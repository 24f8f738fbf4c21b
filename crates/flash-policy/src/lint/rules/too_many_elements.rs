use alloc::format;

use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};
use crate::xml::{MOST_COMMAS, MOST_PARTS};

pub(crate) static RULE: LintRule = LintRule {
    name: "too-many-elements",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        finds = "files with more than 10,000 elements, attributes, comments and texts, or 32,768 commas.",
        matters = "A policy has a few dozen. Each one costs memory in every program that reads the file. The check
reads no further.",
        flash = "Flash Player's limit is not known. No client is known to read a file of this size: Unity's web
player stops at 5,000 bytes. No version is known to differ.",
        remedy = "Check that the file is a policy. Merge rules that differ only in their ports, and use
`*.example.com` for the hosts of one domain.",
    ),
    check: BY_PARSER,
};

pub(crate) fn found(place: Span) -> Diagnostic {
    more_than(&format!("{MOST_PARTS} elements and attributes"), place)
}

pub(crate) fn found_commas(place: Span) -> Diagnostic {
    more_than(&format!("{MOST_COMMAS} ports in lists"), place)
}

fn more_than(limit: &str, place: Span) -> Diagnostic {
    RULE.finding(format!("expected at most {limit} in a file, found more"))
        .at(place, "the rest of the file is not read")
        .help("check that this is a policy file; merge rules that differ only in their ports")
}
