//! The policy is valid, and does not grant; or grants more than it should.

use flash_policy::decide::{self, Grant, Movie, Place, Sandbox};
use flash_policy::parse::RulePlaces;
use flash_policy::player::{Client, Learnt, Reason};
use flash_policy::{
    Diagnostic, Host, Origin, Policy, Profile, Rule, Severity, Span, grants, parse,
};

use super::{Asked, Case, Rank, Source};

/// Why a policy that was understood does not grant, when that is the verdict.
pub(super) fn explain(case: &mut Case<'_>) {
    let Reason::Refused(reason) = case.outcome.reason else {
        return;
    };
    match reason {
        decide::Reason::MetaPolicyMasterOnly | decide::Reason::MetaPolicyNone => {
            meta_policy(case, reason)
        }
        decide::Reason::PortAuthority => authority(case),
        decide::Reason::SecureOnly => secure_only(case),
        decide::Reason::NoRuleMatches => no_match(case),
        _ => {}
    }
}

/// Everything else that lint has to say of the policies that came.
pub(super) fn judge(case: &mut Case<'_>) {
    if matches!(
        case.plan.config.client,
        Client::Silverlight | Client::Ruffle
    ) {
        return;
    }
    for asked in understood(case) {
        let report = asked.lint();
        let known: Vec<_> = case
            .found
            .iter()
            .map(|(_, known)| known.diagnostic.clone())
            .collect();
        let new: Vec<_> = report
            .findings
            .into_iter()
            .filter(|new| !known.contains(new))
            .collect();
        if new.is_empty() {
            continue;
        }
        let source = case.source(asked, asked.document());
        for diagnostic in new {
            let rank = if diagnostic.severity == Severity::Error {
                Rank::Wrong
            } else {
                Rank::Doubtful
            };
            case.add_in(rank, diagnostic, Some(source), true);
        }
    }
}

fn understood<'a>(case: &Case<'a>) -> Vec<Asked<'a>> {
    case.asked()
        .filter(|asked| asked.seen.step.learnt == Some(Learnt::Policy))
        .collect()
}

fn meta_policy(case: &mut Case<'_>, reason: decide::Reason) {
    shadowed(case);
    let (id, value) = if reason == decide::Reason::MetaPolicyNone {
        ("meta-policy-none", "none")
    } else {
        ("meta-policy-master-only", "master-only")
    };
    let meaning = if value == "none" {
        "no policy of this host counts, not even its own rules"
    } else {
        "only its own rules count, and none of them grants this"
    };
    let finding = Diagnostic::error(id, format!("the master policy says `{value}`: {meaning}"))
        .help("add a rule for this movie and this port to the master policy, or set its `site-control` to `all`");
    let master = understood(case)
        .into_iter()
        .find(|asked| asked.place == Place::Master);
    let span = master.and_then(|asked| {
        let parsed = parse(asked.document(), Profile::Socket);
        parsed.places.site_control.map(|span| (asked, span))
    });
    match span {
        Some((asked, span)) => {
            let source = case.source(asked, asked.document());
            case.add_in(Rank::Cause, finding.at(span, ""), Some(source), false);
        }
        None => case.add(Rank::Cause, finding),
    }
}

/// The port's own policy would grant, and is never asked for.
fn shadowed(case: &mut Case<'_>) {
    let Some(trace) = &case.survey.shadowed else {
        return;
    };
    let port = case.plan.config.port;
    let policy = parse(trace.document(), Profile::Socket).policy;
    let granted = policy.is_some_and(|policy| {
        matches!(
            grants(&policy, port, &movie(case), port),
            Grant::Allowed { .. }
        )
    });
    if !granted {
        return;
    }
    let finding = Diagnostic::error(
        "shadowed-by-master",
        format!("port {port} serves a policy that grants this, and the master policy forbids that it is asked for"),
    )
    .help(format!("add port {port} to the master policy's rules, or set its `site-control` to `all`"));
    case.add(Rank::Cause, finding);
}

fn authority(case: &mut Case<'_>) {
    let port = case.plan.config.port;
    let finding = Diagnostic::error(
        "port-authority",
        format!("a rule grants port {port}, but is served from a port of 1024 or above"),
    )
    .note("a policy may open ports below 1024 only if it comes from one itself")
    .help(format!(
        "serve that rule on port 843, or on port {port} itself"
    ));
    point_at_rule(case, finding, |places| places.to_ports);
}

fn secure_only(case: &mut Case<'_>) {
    let finding = Diagnostic::error(
        "secure-only",
        "a rule grants this, but only to movies loaded over HTTPS, and this one was not",
    )
    .help("load the movie over HTTPS, or leave `secure=\"true\"` out of the rule");
    point_at_rule(case, finding, |places| places.secure);
}

/// Points into the rule that came nearest, where the player names it.
fn point_at_rule(
    case: &mut Case<'_>,
    finding: Diagnostic,
    part: impl Fn(&RulePlaces) -> Option<Span>,
) {
    let decided = case.outcome.decided_by;
    let asked = understood(case)
        .into_iter()
        .find(|asked| decided.is_some_and(|decided| decided.place == asked.place));
    let place = asked.and_then(|asked| {
        let parsed = parse(asked.document(), Profile::Socket);
        let places = parsed.places.rules.get(decided?.rule?)?;
        Some((asked, part(places).unwrap_or(places.tag)))
    });
    match place {
        Some((asked, span)) => {
            let source = case.source(asked, asked.document());
            case.add_in(Rank::Cause, finding.at(span, ""), Some(source), false);
        }
        None => case.add(Rank::Cause, finding),
    }
}

fn no_match(case: &mut Case<'_>) {
    for asked in understood(case) {
        broken_rules(case, asked);
    }
    for asked in understood(case) {
        near_miss(case, asked);
    }
    if case.has_cause() {
        return;
    }
    let port = case.plan.config.port;
    let who = whose(case);
    let finding = Diagnostic::error(
        "no-rule-matches",
        format!("no rule of the policies that count names {who} and port {port}"),
    )
    .note("names are compared as they are written: an address admits only movies whose URL has that address")
    .help(remedy(case));
    case.add(Rank::Cause, finding);
}

/// A rule that fails in the player explains why none matches; so does a policy without any.
fn broken_rules(case: &mut Case<'_>, asked: Asked<'_>) {
    let report = asked.lint();
    let no_rules = report
        .policy
        .as_ref()
        .is_some_and(|policy| policy.rules.is_empty());
    let (last, first): (Vec<_>, Vec<_>) = report
        .findings
        .into_iter()
        .filter(|finding| no_rules || finding.severity == Severity::Error)
        .partition(|finding| finding.rule == "no-rules");
    for diagnostic in first.into_iter().chain(last) {
        let source = case.source(asked, asked.document());
        case.add_in(Rank::Cause, diagnostic, Some(source), true);
    }
}

/// A rule for the same site and another port, or for a neighbour of the site.
fn near_miss(case: &mut Case<'_>, asked: Asked<'_>) {
    let parsed = parse(asked.document(), Profile::Socket);
    let Some(policy) = parsed.policy else { return };
    let miss = neighbour(case, &policy).or_else(|| port_miss(case, &policy));
    let Some((rule, finding, of_domain)) = miss else {
        return;
    };
    let source = case.source(asked, asked.document());
    let span = parsed.places.rules.get(rule).map(|places| {
        if of_domain {
            places.domain
        } else {
            places.to_ports.unwrap_or(places.tag)
        }
    });
    let finding = match span {
        Some(span) => finding.at(span, ""),
        None => finding,
    };
    case.add_in(Rank::Cause, finding, Some(source), false);
}

type Miss = (usize, Diagnostic, bool);

fn port_miss(case: &Case<'_>, policy: &Policy) -> Option<Miss> {
    let port = case.plan.config.port;
    let movie = movie(case);
    let admits = |rule: &Rule| match &movie {
        Movie::Remote(origin) => rule.domain.matches(origin),
        Movie::Hostless => rule.domain.is_any(),
    };
    let index = policy.rules.iter().position(admits)?;
    let rule = policy.rules.get(index)?;
    let finding = Diagnostic::error(
        "port-not-granted",
        format!(
            "a rule admits {}, to ports `{}` and not to port {port}",
            whose(case),
            rule.ports
        ),
    )
    .help(format!("write `to-ports=\"{},{port}\"`", rule.ports));
    Some((index, finding, false))
}

/// The classic: `www.example.com` is granted, and the movie comes from `example.com`, or the reverse.
fn neighbour(case: &Case<'_>, policy: &Policy) -> Option<Miss> {
    let Movie::Remote(origin) = movie(case) else {
        return None;
    };
    let Host::Name(name) = &origin.host else {
        return None;
    };
    let near = |other: &str| {
        other != &**name
            && (is_below(other, name) || is_below(name, other) || same_site(other, name))
    };
    let (index, rule) = policy.rules.iter().enumerate().find(|(_, rule)| {
        let granted = rule.domain.hosts().to_string();
        near(granted.strip_prefix("*.").unwrap_or(&granted))
            && rule.ports.contains(case.plan.config.port)
    })?;
    let granted = rule.domain.hosts();
    let finding = Diagnostic::error(
        "grants-a-neighbour",
        format!("a rule grants `{granted}`, and the movie comes from `{name}`: to a player these are two sites"),
    )
    .help(format!("add a rule for `{name}`, or write `*.{}`, which stands for both", site(name)));
    Some((index, finding, true))
}

fn is_below(name: &str, site: &str) -> bool {
    name.strip_suffix(site)
        .is_some_and(|rest| rest.ends_with('.'))
}

fn same_site(a: &str, b: &str) -> bool {
    site(a) == site(b)
}

/// The last two labels: what a wildcard would be written for. Good enough for a hint, and for nothing else.
fn site(name: &str) -> &str {
    let mut dots = name.rmatch_indices('.');
    match (dots.next(), dots.next()) {
        (Some(_), Some((dot, _))) => name.get(dot + 1..).unwrap_or(name),
        _ => name,
    }
}

fn remedy(case: &Case<'_>) -> String {
    let port = case.plan.config.port;
    match movie(case) {
        Movie::Remote(Origin { host, .. }) => {
            format!("add a rule: `<allow-access-from domain=\"{host}\" to-ports=\"{port}\"/>`")
        }
        Movie::Hostless => format!(
            "local movies are admitted by `domain=\"*\"` alone: `<allow-access-from domain=\"*\" to-ports=\"{port}\"/>`"
        ),
    }
}

fn whose(case: &Case<'_>) -> String {
    match movie(case) {
        Movie::Remote(origin) => format!("movies of `{}`", origin.host),
        Movie::Hostless => "local movies".to_owned(),
    }
}

fn movie(case: &Case<'_>) -> Movie {
    match &case.plan.config.sandbox {
        Sandbox::Remote(origin) => Movie::Remote(origin.clone()),
        _ => Movie::Hostless,
    }
}

impl Case<'_> {
    /// The policy as a text to point into; each once.
    pub(super) fn source(&mut self, asked: Asked<'_>, bytes: &[u8]) -> usize {
        let name = format!("policy from {}", asked.name());
        if let Some(known) = self.sources.iter().position(|source| source.name == name) {
            return known;
        }
        self.sources.push(Source {
            name,
            bytes: bytes.to_vec(),
        });
        self.sources.len() - 1
    }
}
