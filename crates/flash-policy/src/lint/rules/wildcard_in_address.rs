use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "wildcard-in-address",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "wildcards in IP addresses, and networks such as `10.0.0.0/8`.",
        matters = "There are no wildcards for addresses or networks, so the rule matches no movie.",
        flash = "The player compares the whole address with the one in the movie's URL. Adobe's guide has said so
since the first version.",
        example = rules(r#"<allow-access-from domain="192.0.2.*" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="192.0.2.7" to-ports="9339"/>
  <allow-access-from domain="192.0.2.8" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
