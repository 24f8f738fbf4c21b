use alloc::format;

use crate::diagnostic::quoted;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};
use crate::lint::rules::unknown_element;

pub(crate) static RULE: LintRule = LintRule {
    name: "wrong-case",
    severity: Severity::Warning,
    group: RuleGroup::Structure,
    page: page!(
        finds = "elements and attributes whose name is in the wrong case.",
        matters = "XML names are case-sensitive: `<Allow-Access-From>` is an unknown element, so the rule is
missing. In the name of a rule, it is an error.",
        flash = "Adobe's specification has all names in lower case. The clients whose source is public skip
others. No version is known to differ.",
        example = rules(r#"<Allow-Access-From domain="www.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

/// The known name that differs from this one only in case.
pub(crate) fn known_as<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .copied()
        .find(|known| known.eq_ignore_ascii_case(name))
}

pub(crate) fn found(name: &str, place: Span, expected: &str) -> Diagnostic {
    let message = format!("expected `{expected}`, found {}", quoted(name));
    Diagnostic::new(RULE.name, unknown_element::severity(expected), message)
        .at(place, "")
        .note("names are case-sensitive: players know only the lower-case one")
        .help(format!("write `{expected}`"))
}
