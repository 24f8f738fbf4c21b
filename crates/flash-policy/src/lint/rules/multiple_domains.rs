use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "multiple-domains",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "several domains in one `domain` attribute.",
        matters = "Players compare the whole list as one name, which matches no movie.",
        flash = "Adobe's specification has one domain per element. Only `to-ports` is a list. No version is known
to differ.",
        example = rules(r#"<allow-access-from domain="www.example.com,www.example.org" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>
  <allow-access-from domain="www.example.org" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
