//! The policy is valid, and does not grant; or grants more than it should.

use flash_policy::decide::{self, Grant, Movie, Place, Sandbox};
use flash_policy::parse::RulePlaces;
use flash_policy::player::{Client, Learnt, Reason, RuleAt};
use flash_policy::{Diagnostic, Profile, Severity, Span, grants, parse};

use super::{Asked, Case, Rank, Source, more_findings, no_match};

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
        decide::Reason::NoRuleMatches => no_match::explain(case),
        decide::Reason::NoPolicy | decide::Reason::Sandbox | _ => {}
    }
}

/// Everything else that lint has to say of the policies that came.
pub(super) fn judge(case: &mut Case<'_>) {
    for asked in understood(case) {
        let granting = case.granting(asked);
        let report = asked.lint();
        let mut findings = report.findings;
        if !report.omitted.is_empty() {
            findings.push(more_findings());
        }
        findings.retain(|new| {
            let mut found = case.found.iter();
            // A cause is told at another level than lint tells it.
            let known = found.any(|(_, known)| {
                known.diagnostic.rule == new.rule && known.diagnostic.label == new.label
            });
            !known && !granting.is_some_and(|rule| is_refuted(new, rule))
        });
        if findings.is_empty() {
            continue;
        }
        let source = case.source(asked, asked.document());
        for diagnostic in findings {
            let rank = if diagnostic.severity == Severity::Error {
                Rank::Wrong
            } else {
                Rank::Doubtful
            };
            case.add_lint(rank, diagnostic, source);
        }
    }
}

/// Whether lint says that a rule takes no effect which granted to this client, or that there is none.
fn is_refuted(finding: &Diagnostic, granting: RuleAt) -> bool {
    if finding.rule == "no-rules" {
        return true;
    }
    let within = |span: Span| granting.tag.start <= span.start && span.end <= granting.tag.end;
    finding.severity == Severity::Error && finding.label.is_some() && finding.spans().all(within)
}

pub(super) fn understood<'a>(case: &Case<'a>) -> Vec<Asked<'a>> {
    case.asked()
        .filter(|asked| asked.seen.step.learnt == Some(Learnt::Policy))
        .collect()
}

fn meta_policy(case: &mut Case<'_>, reason: decide::Reason) {
    shadowed(case);
    let (id, value, meaning) = if reason == decide::Reason::MetaPolicyNone {
        let meaning = "no policy of this host counts, not even its own rules";
        ("meta-policy-none", "none", meaning)
    } else {
        let meaning = "only its own rules count, and none of them grants this";
        ("meta-policy-master-only", "master-only", meaning)
    };
    let master = understood(case)
        .into_iter()
        .find(|asked| asked.place == Place::Master);
    let span = master.and_then(|asked| {
        let parsed = parse(asked.document(), Profile::Socket);
        parsed.places.site_control.map(|span| (asked, span))
    });
    let written = span.and_then(|(asked, span)| asked.document().get(span.start..span.end));
    let written = written.map_or(value.into(), String::from_utf8_lossy);
    let counts = if written == value {
        String::new()
    } else {
        format!(", which is no meta-policy for sockets and counts as `{value}`")
    };
    let message = format!(
        "the master policy says `{}`{counts}: {meaning}",
        written.escape_debug()
    );
    let finding = Diagnostic::error(id, message)
        .help("add a rule for this movie and this port to the master policy, or set its `site-control` to `all`");
    match span {
        Some((asked, span)) => {
            let source = case.source(asked, asked.document());
            case.add_at(Rank::Cause, finding.at(span, ""), source);
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
        let rule = decided?.rule?;
        let parsed = parse(asked.document(), Profile::Socket);
        let mut rules = parsed.places.rules.iter();
        // Clients don't agree on which rules take effect, and so not on their numbers.
        let places = rules.find(|places| places.tag == rule.tag);
        Some((asked, places.and_then(part).unwrap_or(rule.tag)))
    });
    match place {
        Some((asked, span)) => {
            let source = case.source(asked, asked.document());
            case.add_at(Rank::Cause, finding.at(span, ""), source);
        }
        None => case.add(Rank::Cause, finding),
    }
}

pub(super) fn whose(case: &Case<'_>) -> String {
    match movie(case) {
        Movie::Remote(origin) if case.plan.config.client == Client::Silverlight => {
            format!("applications of `{}`", origin.host)
        }
        Movie::Hostless if case.plan.config.client == Client::Silverlight => {
            "local applications".to_owned()
        }
        Movie::Remote(origin) => {
            let compared = case.plan.config.compared_host();
            let host = compared.unwrap_or_else(|| origin.host.to_string());
            format!("movies of `{host}`")
        }
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
