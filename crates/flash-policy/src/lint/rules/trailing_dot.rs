use crate::document::Attribute;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "trailing-dot",
    severity: Severity::Warning,
    group: RuleGroup::Domains,
    page: page!(
        finds = "domains that end in a dot.",
        matters =
            "In DNS it is the same name. It is not known whether players treat it as the same.",
        flash =
            "The clients whose source is public compare the text. No version is known to differ.",
        example = rules(r#"<allow-access-from domain="www.example.com." to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

/// A finding for a value that is valid apart from its dot.
pub(crate) fn find(attribute: &Attribute) -> Option<Diagnostic> {
    let end = attribute.value.len();
    if !attribute.value.ends_with('.') {
        return None;
    }
    let place = attribute.place(&(end - 1..end));
    let finding = RULE
        .finding("the domain ends in a dot")
        .at(place, "")
        .note("whether players match such a name is not known")
        .help("remove the dot");
    Some(if attribute.is_as_written() {
        finding.fix("remove the dot", place, "")
    } else {
        finding
    })
}
