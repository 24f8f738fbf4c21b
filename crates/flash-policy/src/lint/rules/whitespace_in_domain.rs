use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "whitespace-in-domain",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "Whitespace before or after a domain.",
        matters = "No host name contains whitespace, so the text as it stands matches no movie.",
        flash = "The specification does not mention whitespace here; what players do with them is not known. No version is known to
differ; socket policies, with domains as they are now, exist since 7.0.19.",
        example = rules(r#"<allow-access-from domain=" www.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
