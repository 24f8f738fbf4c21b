use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "domain-with-scheme",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "domains with an invalid scheme: one other than `http://` or `https://`, one without its slashes,
or one that is followed only by `*`.",
        matters = "`domain` is the host that the movie was loaded from, which is a web server, and not the address
of a socket.",
        flash = "Adobe's specification (2010) allows `http://*.example.com`, which limits the rule to movies
loaded over that scheme, and nothing else. It names no version.",
        example = rules(r#"<allow-access-from domain="xmlsocket://www.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
