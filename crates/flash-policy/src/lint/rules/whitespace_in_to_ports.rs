use crate::document::Attribute;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};
use crate::ports::WHITESPACE;

pub(crate) static RULE: LintRule = LintRule {
    name: "whitespace-in-to-ports",
    severity: Severity::Warning,
    group: RuleGroup::Ports,
    page: page!(
        finds = "whitespace in lists of ports.",
        matters = "The format does not mention spaces. No client is known to fail on them: Lightspark, flashgate
and the emulators whose source is public skip them. But no client promises to accept them.",
        flash = "What Flash Player does with them is not documented. No version is known to differ.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339, 9340"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339,9340"/>"#),
    ),
    check: BY_PARSER,
};

/// A finding for a value that is valid apart from its whitespace.
pub(crate) fn find(attribute: &Attribute) -> Option<Diagnostic> {
    let at = attribute.value.find(WHITESPACE)?;
    let finding = RULE
        .finding("`to-ports` contains whitespace")
        .at(attribute.place(&(at..at + 1)), "")
        .note("the format does not mention spaces; no client is known to fail on them, but none promises to accept them")
        .help("remove the spaces");
    // The parser rejects spaces inside a number or a range, because their meaning is not clear.
    let without = attribute.value.replace(WHITESPACE, "");
    Some(if attribute.is_as_written() {
        finding.fix("remove the spaces", attribute.value_span, without)
    } else {
        finding
    })
}
