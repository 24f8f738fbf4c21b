use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, Span, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "embedded-nul",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "NUL bytes before the end of the policy.",
        matters = "A NUL ends the reply, so players never read the rest of the policy.",
        flash = "The player reads up to the first NUL, closes the connection, and takes what it has received as
the whole policy, in all versions. XML does not allow NULs either.",
        example = file("escaped", r"<cross-domain-policy>\0</cross-domain-policy>"),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(place: Span) -> Diagnostic {
    RULE.finding("expected text, found a NUL")
        .at(place, "players end the policy here")
        .help("remove it; the server adds the NUL that ends the reply")
}
