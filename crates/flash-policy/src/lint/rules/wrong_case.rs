use alloc::format;

use crate::diagnostic::quoted;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};
use crate::lint::rules::unknown_element;

pub(crate) static RULE: LintRule = LintRule {
    name: "wrong-case",
    severity: Severity::Warning,
    group: RuleGroup::Structure,
    page: page!(
        finds = "An element or attribute that is spelt right, in the wrong case.",
        matters = "Names in XML are case-sensitive: `<Allow-Access-From>` is another element, and the rule is not there.",
        flash = "Adobe's specification gives all names in lower case. The clients whose source is public skip others. No version is
known to differ; socket policies exist since 7.0.19.",
        example = rules(r#"<Allow-Access-From domain="www.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

/// The known name that a name is but for its case, if it is one.
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
        .note("names are case-sensitive: players know only the one in lower case")
        .help(format!("write `{expected}`"))
}
