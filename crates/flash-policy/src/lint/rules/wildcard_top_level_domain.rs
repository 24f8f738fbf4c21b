use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "wildcard-top-level-domain",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "wildcards for a top-level domain, such as `*.com`.",
        matters = "It would match a large part of the internet, and is not part of the format.",
        flash = "The specification requires a second-level domain after the wildcard. Lightspark honors `*.com`;
what Flash Player does is not known. Adobe's specification (2010) names no version.",
        example = rules(r#"<allow-access-from domain="*.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="*.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
