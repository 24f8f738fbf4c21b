//! The policy was understood, but no rule covers this movie and port: why, and which rule to write.

use flash_policy::decide::{Movie, Sandbox};
use flash_policy::player::Client;
use flash_policy::{Diagnostic, DomainPattern, Host, Origin, Port, Severity, parse};

use super::case::{Case, PolicyConnection, Rank};
use super::{clients, near_miss, readers};
use crate::findings::FindingId;

pub(super) fn explain(case: &mut Case<'_>) {
    if readers::narrows(case) {
        return;
    }
    let before = case.found.len();
    let understood = case.understood();
    for asked in &understood {
        broken_rules(case, *asked);
    }
    if understood.iter().all(|asked| lacks_rules(*asked)) {
        for asked in &understood {
            no_rules(case, *asked);
        }
    }
    // A rule that looks close is not, if this client uses another host for the movie.
    if odd_host(case).is_none() {
        for asked in understood {
            near_miss::judge(case, asked);
        }
    }
    if case.found.len() > before || clients::explained(case) {
        return;
    }
    let port = case.plan.config.port;
    let who = case.whose();
    let finding = FindingId::NoRuleMatches.error(format!(
        "none of the policies that apply has a rule for {who} and port {port}"
    ));
    let finding = match odd_host(case) {
        Some(note) => finding.note(note),
        None => finding,
    };
    let finding = finding.note("hosts are compared as text: a rule for an IP address matches only movies whose URL contains that address")
    .help(remedy(case));
    case.add(Rank::Cause, finding);
}

/// A rule that has no effect in the player explains why none matches, unless it is for other movies.
fn broken_rules(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let findings = asked.lint().findings.into_iter();
    let lacks_rules = lacks_rules(asked);
    let causes = findings.filter(|finding| {
        let counts = lacks_rules || finding.severity == Severity::Error;
        let is_known = case.found.iter().any(|(_, known)| {
            let known = &known.diagnostic;
            known.rule == finding.rule && known.label == finding.label
        });
        let explains = finding.rule != NO_RULES && !is_for_others(case, asked, finding);
        counts && explains && !is_known
    });
    for diagnostic in causes.collect::<Vec<_>>() {
        let source = case.source(asked, asked.document());
        case.add_lint(Rank::Cause, diagnostic, source);
    }
}

const NO_RULES: &str = "no-rules";

/// Whether a finding is about a rule whose domain is valid but does not match the movie.
fn is_for_others(case: &Case<'_>, asked: PolicyConnection<'_>, finding: &Diagnostic) -> bool {
    let Some(span) = finding.spans().next() else {
        return false;
    };
    let places = parse(asked.document(), asked.profile()).places;
    let mut rules = places.rules.iter().chain(&places.ignored);
    let rule = rules.find(|rule| rule.tag.start <= span.start && span.end <= rule.tag.end);
    let domain = rule.and_then(|rule| asked.document().get(rule.domain.start..rule.domain.end));
    let domain = domain.and_then(|domain| str::from_utf8(domain).ok()?.parse().ok());
    domain.is_some_and(|domain: DomainPattern| {
        !near_miss::admits(domain, &case.movie(), case.plan.config.port)
    })
}

fn lacks_rules(asked: PolicyConnection<'_>) -> bool {
    let report = asked.lint();
    let flash = report.policy.as_ref().map(|policy| policy.rules.is_empty());
    let silverlight = report.access.as_ref();
    let silverlight =
        silverlight.map(|access| access.policies.iter().all(|part| part.ports.is_empty()));
    flash.or(silverlight).unwrap_or(false)
}

/// No policy that counts has a rule: this is the cause, and the help has a rule to add.
fn no_rules(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let mut findings = asked.lint().findings.into_iter();
    let finding = findings.find(|finding| finding.rule == NO_RULES);
    let Some(mut finding) = finding else { return };
    finding.severity = Severity::Error;
    finding.help = vec![remedy(case)];
    if let Some(note) = odd_host(case) {
        finding.notes.push(note);
    }
    let source = case.source(asked, asked.document());
    case.add_lint(Rank::Cause, finding, source);
}

/// A note if this client extracts another host from the movie's URL than other clients do.
fn odd_host(case: &Case<'_>) -> Option<String> {
    let config = &case.plan.config;
    let Sandbox::Remote(origin) = &config.sandbox else {
        return None;
    };
    let compared = config.compared_host()?;
    let url = config.movie_url.as_deref();
    let url = url.map_or_else(|| origin.to_string(), str::to_owned);
    (compared != origin.host.to_string())
        .then(|| format!("Lightspark uses `{compared}` as the host of `{url}`"))
}

/// The rule that allows this movie to use this port, as this client reads it. None if the client uses another host for
/// the movie, because such a rule would be wrong for all other clients.
pub(super) fn rule(case: &Case<'_>) -> Option<String> {
    let port = case.plan.config.port;
    let domain = match case.movie() {
        _ if odd_host(case).is_some() => return None,
        Movie::Remote(origin) => origin.host.to_string(),
        Movie::Hostless => "*".to_owned(),
    };
    let understood = case.understood();
    let is_for_urls = !understood.is_empty() && understood.iter().all(|asked| asked.is_over_http());
    Some(if is_for_urls {
        format!("`<allow-access-from domain=\"{domain}\"/>`")
    } else {
        format!("`<allow-access-from domain=\"{domain}\" to-ports=\"{port}\"/>`")
    })
}

/// Whether none of the policies can open the port, because of the ports that serve them.
fn needs_low_port(case: &Case<'_>) -> bool {
    let port = case.plan.config.port;
    let mut understood = case.understood().into_iter();
    understood.all(|asked| !asked.can_open(port))
}

/// The URL to load the movie from, if Lightspark uses another host for it. A rule may already exist.
fn plain_host(origin: &Origin, port: Port) -> String {
    match &origin.host {
        Host::Name(name) => format!(
            "load the movie from a URL with the plain host name, as in `{}://{name}/`, and add a rule for `{name}` and port {port}",
            origin.scheme.as_str()
        ),
        Host::Address(_) => {
            "load the movie from a URL with a host name or an IPv4 address, and add a rule for that"
                .to_owned()
        }
    }
}

pub(super) fn remedy(case: &Case<'_>) -> String {
    let port = case.plan.config.port;
    match (case.movie(), rule(case)) {
        (movie, _) if case.plan.config.client == Client::Silverlight => {
            let uri = match movie {
                Movie::Remote(origin) => origin.to_string(),
                Movie::Hostless => "file:///".to_owned(),
            };
            format!(
                "add a `<policy>` with `<domain uri=\"{uri}\"/>` in its `<allow-from>` and `<socket-resource port=\"{port}\" protocol=\"tcp\"/>` in its `<grant-to>`"
            )
        }
        (Movie::Remote(_), Some(rule)) if needs_low_port(case) => {
            format!(
                "serve a policy with the rule {rule} on port 843 or on port {port} itself: only policies from ports below 1024 can open such ports"
            )
        }
        (Movie::Remote(origin), Some(rule)) => {
            format!("add a rule: {rule}, or `--allow '{}:{port}'`", origin.host)
        }
        (Movie::Remote(origin), None) => plain_host(&origin, port),
        (Movie::Hostless, rule) => format!(
            "only `domain=\"*\"` allows {}: {}",
            case.whose(),
            rule.unwrap_or_default()
        ),
    }
}
