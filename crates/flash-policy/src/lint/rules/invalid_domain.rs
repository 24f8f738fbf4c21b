use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "invalid-domain",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "domains that are neither a host name nor an IP address.",
        matters = "No movie can be loaded from there, so the rule has no effect.",
        flash = "The player compares names letter by letter, ignores case, and does not use DNS. No version is
known to differ.",
        example = rules(r#"<allow-access-from domain="www..example.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
