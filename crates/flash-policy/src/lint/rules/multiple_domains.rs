use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "multiple-domains",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "Several domains in one attribute.",
        matters = "The whole list is compared as if it were one name, and matches no movie.",
        flash = "Adobe's specification takes one domain an element. `to-ports` is a list, which misleads. No version is known to
differ; socket policies, with domains as they are now, exist since 7.0.19.",
        example = rules(r#"<allow-access-from domain="www.example.com,www.example.org" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>
  <allow-access-from domain="www.example.org" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
