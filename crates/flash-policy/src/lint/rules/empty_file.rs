use alloc::format;

use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "empty-file",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "A file with nothing in it, or only whitespace.",
        matters = "There is no policy in it.",
        flash = "An empty answer is no policy: the player goes on as if nothing had answered, and refuses if no other policy
grants. No version is known to differ; socket policies exist since 7.0.19.",
        example = file("escaped", r"\n\n"),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(found: &str) -> Diagnostic {
    RULE.finding(format!("expected a policy, found {found}"))
        .help("`flashgate policy --allow 'www.example.com:9339'` prints one to start from")
}
