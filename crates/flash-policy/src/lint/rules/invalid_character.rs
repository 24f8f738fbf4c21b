use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "invalid-character",
    severity: Severity::Error,
    group: RuleGroup::Syntax,
    page: page!(
        not_well_formed,
        finds = "control characters, and references to them such as `&#1;`. XML allows only tab, line feed and
carriage return.",
        matters = "Most editors don't show control characters. They come from binary data in the file, from a
terminal, or from a program that sends more than the policy.",
        example = file("escaped", r#"<cross-domain-policy>\n  <!-- \u{1} -->\n  <allow-access-from domain="www.example.com" to-ports="9339"/>\n</cross-domain-policy>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
