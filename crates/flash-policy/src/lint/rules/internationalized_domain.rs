use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "internationalized-domain",
    severity: Severity::Warning,
    group: RuleGroup::Domains,
    page: page!(
        finds = "domains with non-ASCII letters.",
        matters = "Browsers load such a site under its ASCII form, which begins with `xn--`. The player compares
that form.",
        flash = "The player compares ASCII names, so the rule matches no movie. No version is known to differ.",
        example = rules(r#"<allow-access-from domain="bücher.example" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="xn--bcher-kva.example" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
