//! The policy is valid, and does not grant; or grants more than it should.

use flash_policy::decide::{self, Grant, Movie, Place, Sandbox};
use flash_policy::parse::RulePlaces;
use flash_policy::player::{Client, Learnt, Reason};
use flash_policy::{Diagnostic, Origin, Profile, Severity, Span, grants, parse};

use super::{Asked, Case, Rank, Source, clients, near_miss};

/// Why a policy that was understood does not grant, when that is the verdict.
pub(super) fn explain(case: &mut Case<'_>) {
    let Reason::Refused(reason) = case.outcome.reason else {
        return;
    };
    match reason {
        decide::Reason::MetaPolicyMasterOnly | decide::Reason::MetaPolicyNone => {
            meta_policy(case, reason);
        }
        // No policy had a say: the port itself is out of its reach, and `clients` says so.
        decide::Reason::PortAuthority if case.plan.config.client == Client::Silverlight => {}
        decide::Reason::PortAuthority => authority(case),
        decide::Reason::SecureOnly => secure_only(case),
        decide::Reason::NoRuleMatches => no_match(case),
        decide::Reason::NoPolicy | decide::Reason::Sandbox | _ => {}
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
    let before = case.found.len();
    for asked in understood(case) {
        broken_rules(case, asked);
    }
    for asked in understood(case) {
        near_miss::judge(case, asked);
    }
    if case.found.len() > before || clients::explained(case) {
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

fn remedy(case: &Case<'_>) -> String {
    let port = case.plan.config.port;
    match movie(case) {
        Movie::Remote(Origin { host, .. }) => {
            format!("add a rule: `<allow-access-from domain=\"{host}\" to-ports=\"{port}\"/>`")
        }
        Movie::Hostless => format!(
            "{} are admitted by `domain=\"*\"` alone: `<allow-access-from domain=\"*\" to-ports=\"{port}\"/>`",
            whose(case)
        ),
    }
}

pub(super) fn whose(case: &Case<'_>) -> String {
    match movie(case) {
        Movie::Remote(origin) => format!("movies of `{}`", origin.host),
        Movie::Hostless if case.plan.config.client == Client::Unity => "Unity's games".to_owned(),
        Movie::Hostless => "local movies".to_owned(),
    }
}

/// As rules see it: to Unity only `*` admits, whatever site the game is from.
pub(super) fn movie(case: &Case<'_>) -> Movie {
    match &case.plan.config.sandbox {
        _ if case.plan.config.client == Client::Unity => Movie::Hostless,
        Sandbox::Remote(origin) => Movie::Remote(origin.clone()),
        Sandbox::LocalWithNetwork
        | Sandbox::LocalWithFile
        | Sandbox::LocalTrusted
        | Sandbox::Application
        | _ => Movie::Hostless,
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
