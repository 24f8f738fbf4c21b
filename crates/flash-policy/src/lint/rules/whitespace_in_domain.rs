use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "whitespace-in-domain",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "whitespace before or after a domain.",
        matters = "No host name contains whitespace, so the text matches no movie.",
        flash = "The specification does not mention whitespace here. What players do with it is not known. No
version is known to differ.",
        example = rules(r#"<allow-access-from domain=" www.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
