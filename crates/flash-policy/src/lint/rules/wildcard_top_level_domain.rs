use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "wildcard-top-level-domain",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "`*.com` and its like: a wildcard before a single label.",
        matters = "It would admit a large part of the internet, and is outside the format.",
        flash = "The specification speaks of an explicit second-level domain behind the wildcard. Lightspark honors `*.com`; what
Flash Player does is not known. Adobe's specification, of 2010, names no version for it.",
        example = rules(r#"<allow-access-from domain="*.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="*.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
