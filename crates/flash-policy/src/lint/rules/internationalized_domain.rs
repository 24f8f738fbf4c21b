use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "internationalized-domain",
    severity: Severity::Warning,
    group: RuleGroup::Domains,
    page: page!(
        finds = "A domain with letters beyond ASCII.",
        matters = "Browsers load such a site under its ASCII form, and that is the name that the player compares.",
        flash = "The player compares ASCII names; the rule as it stands matches no movie. No version is known to differ; socket
policies, with domains as they are now, exist since 7.0.19.",
        example = rules(r#"<allow-access-from domain="bücher.example" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="xn--bcher-kva.example" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
