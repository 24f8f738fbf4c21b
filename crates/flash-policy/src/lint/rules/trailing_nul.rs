use core::ops::Range;

use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "trailing-nul",
    severity: Severity::Warning,
    group: RuleGroup::File,
    page: page!(
        finds = "NUL bytes after the policy.",
        matters = "The server adds the NUL that ends the reply. A NUL in the file confuses editors, and other
servers then send two. Players ignore what follows the NUL, usually a line end.",
        flash = "Flash Player reads up to the first NUL and ignores the rest, in all versions. flashgate sends
the file up to its NUL, and one NUL.",
        example = file("escaped", r#"<cross-domain-policy>\n  <allow-access-from domain="www.example.com" to-ports="9339"/>\n</cross-domain-policy>\0"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

/// A finding for a NUL and the bytes after it.
pub(crate) fn found(place: Range<usize>) -> Diagnostic {
    let at = place.start..place.start + 1;
    let note = "the server adds the NUL that ends the reply; only one is sent";
    if place.len() == 1 {
        return RULE
            .finding("the file ends in a NUL")
            .at(at, "")
            .note(note)
            .help("remove it from the file")
            .fix("remove the NUL", place, "");
    }
    RULE.finding("the policy ends in a NUL that is followed by other bytes")
        .at(at, "players stop reading here")
        .note(note)
        .help("remove it from the file, with everything after it")
        .fix("remove the NUL and everything after it", place, "")
}
