use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "invalid-comment",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = "A comment that XML does not accept: one without `-->`, one that contains `--`, one with a typographic dash (`<!–`), or
something else that begins with `<!`.",
        matters = "An unclosed comment swallows every rule that follows it. `--` inside a comment is not allowed, so commenting out
something that contains a comment does not work.",
        example = rules(r#"<!-- old -- see the wiki -->
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<!-- old, see the wiki -->
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
