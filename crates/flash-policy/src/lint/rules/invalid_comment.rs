use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "invalid-comment",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = "comments that XML does not accept: without `-->`, with `--` inside, or with a typographic dash
(`<!–`); and other markup that begins with `<!`.",
        matters = "An unclosed comment hides every rule after it. Comments cannot contain `--`, so commenting out
text that contains a comment does not work.",
        example = rules(r#"<!-- old -- see the wiki -->
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<!-- old, see the wiki -->
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
