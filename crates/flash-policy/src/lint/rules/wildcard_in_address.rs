use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "wildcard-in-address",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "A `*` in an address, or a network such as `10.0.0.0/8`.",
        matters = "There are no wildcards for addresses, and none for networks: the rule matches no movie.",
        flash = "Adobe's guide says so since the first version: an address is compared as a whole, with the address in the
movie's URL.",
        example = rules(r#"<allow-access-from domain="192.0.2.*" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="192.0.2.7" to-ports="9339"/>
  <allow-access-from domain="192.0.2.8" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
