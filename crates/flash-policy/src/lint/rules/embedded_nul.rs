use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "embedded-nul",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "A NUL where the policy is not yet complete.",
        matters = "The NUL ends the reply: what stands behind it is never read.",
        flash = "The player reads up to the first NUL, closes the connection and takes what it has for the whole policy, in all
versions. XML allows no NUL anyway.",
        example = file("escaped", r"<cross-domain-policy>\0</cross-domain-policy>"),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(place: Span) -> Diagnostic {
    RULE.finding("expected text, found a NUL")
        .at(place, "the player would take the policy to end here")
        .help("remove it; the one NUL that ends the reply is added by the server")
}
