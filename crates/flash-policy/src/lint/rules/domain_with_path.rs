use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "domain-with-path",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "domains that are followed by a path; usually whole URLs.",
        matters = "A rule allows all movies of a host, or none.",
        flash = "A domain with a path or port matches no movie, in any known version.",
        example =
            rules(r#"<allow-access-from domain="http://www.example.com/game/" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
