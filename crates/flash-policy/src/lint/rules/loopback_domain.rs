use alloc::string::ToString as _;

use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "loopback-domain",
    severity: Severity::Hint,
    group: RuleGroup::Domains,
    page: page!(
        finds = "A rule for `localhost`, `127.0.0.1` or `::1`.",
        matters = "It admits movies that a web server on the user's own machine serves. That is for development, and mostly left
in.",
        flash = "The three are different hosts to the player, which looks no name up. Movies opened from a file have no host at
all: only `*` admits them. Adobe's manuals say so since Flash 8.",
        example = rules(r#"<allow-access-from domain="localhost" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (rule, places) in subject.rules() {
        let host = rule.domain.hosts().to_string();
        if is_loopback(&host) {
            findings.push(
                RULE.finding("this admits movies that the user's own machine serves")
                    .at(places.domain, "")
                    .note("`localhost`, `127.0.0.1` and `::1` are different hosts to the player; movies opened from a file are none of them")
                    .help("remove the rule if it is left from development"),
            );
        }
    }
}

pub(crate) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host == "::1" || host.starts_with("127.")
}
