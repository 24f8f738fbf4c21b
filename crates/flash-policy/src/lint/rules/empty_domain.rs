use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "empty-domain",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "`domain` attributes with no value.",
        matters = "The rule matches no movie.",
        flash = "The value is a host name, an IP address, `*.` and a name, or `*`. No version is known to differ.",
        example = rules(r#"<allow-access-from domain="" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
