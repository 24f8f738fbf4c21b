use alloc::format;

use crate::lint::rule::{
    BY_PARSER, Diagnostic, LintRule, PolicyKind, RuleGroup, Severity, page, start_from,
};

pub(crate) static RULE: LintRule = LintRule {
    name: "empty-file",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "files that are empty or contain only whitespace.",
        matters = "There is no policy in the file.",
        flash = "An empty reply is not a policy. The player continues as if there had been no reply, and refuses
the connection unless another policy allows it. No version is known to differ.",
        example = file("escaped", r"\n\n"),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

pub(crate) fn found(found: &str, kind: PolicyKind) -> Diagnostic {
    RULE.finding(format!("expected a policy, found {found}"))
        .help(start_from(kind))
}
