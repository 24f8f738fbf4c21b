use alloc::string::ToString as _;

use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "loopback-domain",
    severity: Severity::Hint,
    group: RuleGroup::Domains,
    page: page!(
        finds = "rules for `localhost`, `127.0.0.1` or `::1`.",
        matters = "They allow movies from a web server on the user's own machine. That is useful in development,
and is usually left in by mistake.",
        flash = "The three are different hosts to the player, which does not use DNS. Movies opened from a file
have no host: only `*` matches them. Adobe's manuals have said so since Flash 8.",
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
                RULE.finding("this allows movies from a web server on the user's own machine")
                    .at(places.domain, "")
                    .note("`localhost`, `127.0.0.1` and `::1` are different hosts to the player; movies opened from a file match none of them")
                    .help("remove the rule if it was for development"),
            );
        }
    }
}

pub(crate) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host == "::1" || host.starts_with("127.")
}
