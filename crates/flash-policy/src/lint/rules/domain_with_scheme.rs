use crate::lint::rule::{BY_PARSER, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "domain-with-scheme",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "A domain with a scheme other than `http://` and `https://`, without the slashes, or with nothing but `*` behind
them.",
        matters = "The domain is where the movie was loaded from, and that is a web server.",
        flash = "The specification has `http://*.example.com`, which narrows a name to movies loaded that way; nothing else.
Adobe's specification, of 2010, names no version for it.",
        example = rules(r#"<allow-access-from domain="xmlsocket://www.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};
