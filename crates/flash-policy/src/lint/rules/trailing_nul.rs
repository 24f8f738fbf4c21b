use core::ops::Range;

use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "trailing-nul",
    severity: Severity::Warning,
    group: RuleGroup::File,
    page: page!(
        finds = "A NUL behind the policy, as the last byte of the file or with something behind it.",
        matters = "The server adds the NUL that ends the reply; in the file it is in the way of editors and of other servers, which
then send two. What stands behind it, mostly a line end, nobody reads.",
        flash = "Flash Player reads up to the first NUL and ignores what follows, in all versions. flashgate sends the file up to
its NUL, or all of it, and one NUL.",
        example = file("escaped", r#"<cross-domain-policy>\n  <allow-access-from domain="www.example.com" to-ports="9339"/>\n</cross-domain-policy>\0"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

/// For a NUL and what stands behind it.
pub(crate) fn found(place: Range<usize>) -> Diagnostic {
    let at = place.start..place.start + 1;
    let note = "the NUL that ends the reply is added by the server; it is sent once, not twice";
    if place.len() == 1 {
        return RULE
            .finding("the file ends in a NUL")
            .at(at, "")
            .note(note)
            .help("remove it from the file")
            .fix("remove the NUL", place, "");
    }
    RULE.finding("the policy ends in a NUL, and something stands behind it")
        .at(at, "players read up to here")
        .note(note)
        .help("remove it from the file, with all that stands behind it")
        .fix("remove the NUL and what stands behind it", place, "")
}
