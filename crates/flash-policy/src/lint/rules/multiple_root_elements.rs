use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "multiple-root-elements",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = "elements after the end of `<cross-domain-policy>`.",
        matters = "XML allows one root element. Either two policies were joined into one file, or the start tag
ends in `/>`, which closes the policy before its first rule.",
        example = file(r#"<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>
<cross-domain-policy>
  <allow-access-from domain="static.example.com" to-ports="9339"/>
</cross-domain-policy>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>
  <allow-access-from domain="static.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
