use alloc::format;
use alloc::string::ToString as _;

use crate::DomainPattern;
use crate::diagnostic::quoted;
use crate::lint::gathered::Gathered;
use crate::lint::rule::{Findings, LintRule, PolicyKind, RuleGroup, Severity, Subject, page};
use crate::lint::rules::{example_domain, loopback_domain, unspecified_ip_address};

pub(crate) static RULE: LintRule = LintRule {
    name: "trusted-domain",
    severity: Severity::Hint,
    group: RuleGroup::Url,
    page: page!(
        finds = "A rule that trusts another site. What is faulty, or the user's own machine, is not reported here.",
        matters = "Whoever controls that site, or buys its name when it lapses, reads what your users can read here. nmap's
`http-cross-domain-policy` reports every such rule; it is a list to go through from time to time.",
        flash = "Movies of that site may send requests here with the user's cookies, and read the answers. Policies over HTTP are
older than those over sockets: Adobe dates them to Player 6 in one text and to Player 7 in another.",
        example = rules("as=url", r#"<allow-access-from domain="www.real-game.net"/>"#),
        instead = rules("as=url", r#"<site-control permitted-cross-domain-policies="none"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let is_url = subject.is(PolicyKind::Url);
    let rules = subject.rules().filter(|_| is_url);
    let rules = rules.map(|(rule, places)| (rule.domain.to_string(), places.domain));
    let headers = subject.url_elements("allow-http-request-headers-from");
    let domains = headers.filter_map(|element| element.attribute("domain"));
    let silverlight = subject.silverlight_elements("domain");
    let uris = silverlight.filter_map(|element| element.attribute("uri"));
    let others = domains
        .chain(uris)
        .map(|attribute| (attribute.value.clone(), attribute.value_span));
    let trusted = rules
        .chain(others)
        .filter(|(domain, _)| is_somebody_elses(domain, subject))
        .map(|(domain, span)| (quoted(&domain).to_string(), span));
    let Some(gathered) = Gathered::from(trusted) else {
        return;
    };
    let (message, help) = match gathered.only() {
        Some(domain) => (
            format!("{domain} is trusted here"),
            "check that the site is still yours, and needs this",
        ),
        None => (
            format!("{} are trusted here", gathered.values()),
            "check that these sites are still yours, and need this",
        ),
    };
    findings.push(gathered.place(RULE.finding(message).help(help)));
}

/// Whether another site is named, as far as can be told: of what is to be replaced or removed anyway, and of what
/// matches nothing, another finding says so.
fn is_somebody_elses(domain: &str, subject: &Subject<'_>) -> bool {
    // Silverlight ends an address in a slash.
    let name = if subject.is(PolicyKind::Silverlight) {
        domain.trim_end_matches('/')
    } else {
        domain
    };
    let Ok(pattern) = name.parse::<DomainPattern>() else {
        return false;
    };
    let host = pattern.hosts().to_string();
    let is_replaced = example_domain::known_example(&host).is_some()
        || loopback_domain::is_loopback(&host)
        || unspecified_ip_address::is_unspecified(&host);
    host.contains('.') && !is_replaced
}
