use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "domain-with-port",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "domains that are followed by a port.",
        matters = "`domain` is the host that the movie was loaded from, without a port. The ports that the movie
may connect to belong in `to-ports`.",
        flash = "A domain with a path or port matches no movie, in any known version.",
        example = rules(r#"<allow-access-from domain="www.example.com:8080" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
