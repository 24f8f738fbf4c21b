use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "domain-with-port",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "A domain with a port behind it.",
        matters = "The domain is where the movie came from, by host alone. The ports that it may connect to are listed in
`to-ports`.",
        flash = "The text as it stands matches no movie. No version is known to differ; socket policies, with domains as they are
now, exist since 7.0.19.",
        example = rules(r#"<allow-access-from domain="www.example.com:8080" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
