use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "partial-wildcard",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "wildcards that are neither `*` alone nor the whole first label.",
        matters = "`*example.com`, `www.*.com` and `www.example.*` look as if they worked, but match no movie.",
        flash = "There are two wildcards: `*` alone, and `*.` before a name, which matches that name and every
name below it. Adobe's manuals have said so since Flash 8.",
        example = rules(r#"<allow-access-from domain="*example.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="*.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
