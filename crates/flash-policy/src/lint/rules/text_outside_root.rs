use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "text-outside-root",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = r#"text before or after `<cross-domain-policy>`. This includes characters that editors don't show,
a byte order mark that was read in the wrong encoding (`ï»¿`), and a NUL that is spelled out as `\0` or `%00`."#,
        matters = "XML allows only comments and processing instructions there. The text usually comes from the
script that prints the policy: a warning, a debug message, or an escape sequence that was not interpreted.",
        example = file(r#"<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>\0"#),
        instead = file(r#"<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>"#),
    ),
    check: BY_PARSER,
};
