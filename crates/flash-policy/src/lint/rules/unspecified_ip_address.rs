use alloc::string::ToString as _;

use crate::DomainPattern;
use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "unspecified-ip-address",
    severity: Severity::Error,
    group: RuleGroup::Domains,
    page: page!(
        finds = "`0.0.0.0` or `::` as a domain.",
        matters = "A server listens on this address, but no website has it. `domain` is the host that the movie is
loaded from.",
        flash = "The player compares `domain` with the host in the movie's URL. No version is known to differ.",
        example = rules(r#"<allow-access-from domain="0.0.0.0" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let rules = subject.rules().map(|(rule, places)| {
        let host = rule.domain.hosts().to_string();
        (host, places.domain)
    });
    let uris = subject
        .silverlight_elements("domain")
        .filter_map(|element| element.attribute("uri"))
        .filter_map(|attribute| {
            let pattern: DomainPattern = attribute.value.trim_end_matches('/').parse().ok()?;
            Some((pattern.hosts().to_string(), attribute.value_span))
        });
    for (_, place) in rules.chain(uris).filter(|(host, _)| is_unspecified(host)) {
        findings.push(
            RULE.finding("no movie is loaded from this address; a server that listens on it listens on every address")
                .at(place, "")
                .note("the domain is the site that the movie is loaded from, not the server that it connects to")
                .help("write the host of that site, as in `www.example.com`"),
        );
    }
}

pub(crate) fn is_unspecified(host: &str) -> bool {
    matches!(host, "0.0.0.0" | "::")
}
