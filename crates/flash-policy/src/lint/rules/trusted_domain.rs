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
        finds = "rules that allow another site, in URL policies. Invalid domains and the user's own machine are
not reported.",
        matters = "Movies from that site can read what your users can read here, with their cookies. So can anyone
who takes over the site, or who buys its domain after it expires. Review these rules from time to time. If no
other site needs access, serve a policy that allows none. nmap's `http-cross-domain-policy` reports them too.",
        flash = "Movies from that site may send requests with the user's cookies and read the responses. URL
policies are older than socket policies: Adobe dates them to Player 6 in one text and to Player 7 in another.",
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
            format!("this policy trusts {domain}"),
            "check that you still control or trust this site, and that it still needs access",
        ),
        None => (
            format!("this policy trusts {}", gathered.values()),
            "check that you still control or trust these sites, and that they still need access",
        ),
    };
    findings.push(gathered.place(RULE.finding(message).help(help)));
}

/// Whether the domain is probably another site. Other rules report domains that match nothing or must be replaced.
fn is_somebody_elses(domain: &str, subject: &Subject<'_>) -> bool {
    // Silverlight addresses may end in a slash.
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
