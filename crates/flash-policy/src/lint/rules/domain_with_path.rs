use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "domain-with-path",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "A domain with a path behind it, mostly a whole URL.",
        matters = "A rule admits all movies of a host, or none.",
        flash = "The text as it stands matches no movie. No version is known to differ; socket policies, with domains as they are
now, exist since 7.0.19.",
        example = rules(r#"<allow-access-from domain="http://www.example.com/game/" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
