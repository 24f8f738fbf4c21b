use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "invalid-xml-declaration",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = "XML declarations (`<?xml …?>`) that XML does not accept: not in lower case, without a version,
with attributes in another order, not closed by `?>`, or not at the very start of the file.",
        matters = "The declaration is optional, but an invalid one makes the whole file invalid. A declaration in
the middle of a file usually means that two documents were joined.",
        example = file(r#"<?xml encoding="UTF-8" version="1.0"?>
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>"#),
        instead = file(r#"<?xml version="1.0" encoding="UTF-8"?>
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>"#),
    ),
    check: BY_PARSER,
};
