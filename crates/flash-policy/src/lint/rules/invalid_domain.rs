use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "invalid-domain",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "A domain that is no host name and no address.",
        matters = "No movie can have been loaded from there, so the rule is for nobody.",
        flash = "The player compares names letter by letter, without case, and looks nothing up. No version is known to differ;
socket policies, with domains as they are now, exist since 7.0.19.",
        example = rules(r#"<allow-access-from domain="www..example.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
