use crate::document::Attribute;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "trailing-dot",
    severity: Severity::Warning,
    group: RuleGroup::Domains,
    page: page!(
        finds = "A domain that ends in a dot.",
        matters = "To DNS it is the same name; whether it is to players is not known.",
        flash = "The clients whose source is public compare the text. No version is known to differ; socket policies, with domains
as they are now, exist since 7.0.19.",
        example = rules(r#"<allow-access-from domain="www.example.com." to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

/// For a value that is a domain otherwise.
pub(crate) fn find(attribute: &Attribute) -> Option<Diagnostic> {
    let end = attribute.value.len();
    if !attribute.value.ends_with('.') {
        return None;
    }
    let place = attribute.place(&(end - 1..end));
    let finding = RULE
        .finding("found a dot at the end of a domain")
        .at(place, "")
        .note("whether players match such a name is not known")
        .help("remove the dot");
    Some(if attribute.is_as_written() {
        finding.fix("remove the dot", place, "")
    } else {
        finding
    })
}
