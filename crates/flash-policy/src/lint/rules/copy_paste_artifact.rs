use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "copy-paste-artifact",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = "text that was copied along with the policy: line numbers, the `+` and `-` of a diff or of a
browser's tree view, the three backticks of a Markdown code block, a forum's code tag such as `[CODE]`, or the first
line of a shell here-document.",
        matters = "These characters are part of the file, so the server sends them to players. The rest of the
policy may be correct.",
        example = file(r#"1 <cross-domain-policy>
2   <allow-access-from domain="www.example.com" to-ports="9339"/>
3 </cross-domain-policy>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
