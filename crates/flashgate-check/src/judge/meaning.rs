//! The policy is valid, but grants too little or too much.

use flash_policy::decide::{self, Grant, Place};
use flash_policy::parse::RulePlaces;
use flash_policy::player::{Client, Reason, RuleAt};
use flash_policy::{Diagnostic, Port, Profile, Severity, Span, grants, parse};

use super::case::{Case, PolicyConnection, Rank};
use super::finding::more_findings;
use super::no_match;
use crate::findings::FindingId;

/// Why a policy that was understood does not grant, if that is the verdict.
pub(super) fn explain(case: &mut Case<'_>) {
    let Reason::Refused(reason) = case.outcome.reason else {
        return;
    };
    match reason {
        decide::RefusalReason::MetaPolicyMasterOnly | decide::RefusalReason::MetaPolicyNone => {
            meta_policy(case, reason);
        }
        // No policy was consulted: Silverlight can't use this port, which `clients` reports.
        decide::RefusalReason::PortAuthority if case.plan.config.client == Client::Silverlight => {}
        decide::RefusalReason::PortAuthority => authority(case),
        decide::RefusalReason::SecureOnly => secure_only(case),
        decide::RefusalReason::NoRuleMatches => no_match::explain(case),
        decide::RefusalReason::NoPolicy | decide::RefusalReason::Sandbox | _ => {}
    }
}

/// All other lint findings about the policies that arrived.
pub(super) fn judge(case: &mut Case<'_>) {
    for asked in case.understood() {
        let granting = case.granting(asked);
        let report = asked.lint();
        let mut findings = report.findings;
        if !report.omitted.is_empty() {
            findings.push(more_findings());
        }
        findings.retain(|new| {
            let mut found = case.found.iter();
            // A cause may have another level than in lint.
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

/// Whether lint claims that the rule that granted has no effect, or that there are no rules.
fn is_refuted(finding: &Diagnostic, granting: RuleAt) -> bool {
    if finding.rule == "no-rules" {
        return true;
    }
    let within = |span: Span| granting.tag.start <= span.start && span.end <= granting.tag.end;
    finding.severity == Severity::Error && finding.label.is_some() && finding.spans().all(within)
}

fn meta_policy(case: &mut Case<'_>, reason: decide::RefusalReason) {
    shadowed(case, reason);
    let master = master(case);
    let span = master.and_then(|asked| {
        let parsed = parse(asked.document(), Profile::Socket);
        parsed.places.site_control.map(|span| (asked, span))
    });
    let written = span.and_then(|(asked, span)| asked.document().get(span.start..span.end));
    let (id, message) = in_words(reason, written);
    let mut finding = id.error(message).help(other_meta_policy(case, reason));
    if master.is_some_and(repeats_site_control) {
        finding = finding.note("there are several `site-control` elements: keep only one");
    }
    match span {
        Some((asked, span)) => {
            let source = case.source(asked, asked.document());
            case.add_at(Rank::Cause, finding.at(span, ""), source);
        }
        None => case.add(Rank::Cause, finding),
    }
}

/// The finding's id, and the meaning of a meta-policy with this value.
fn in_words(reason: decide::RefusalReason, written: Option<&[u8]>) -> (FindingId, String) {
    let (id, value, meaning) = if reason == decide::RefusalReason::MetaPolicyNone {
        let meaning = "no policy of this host counts, not even the rules in this one";
        (FindingId::MetaPolicyNone, "none", meaning)
    } else {
        let meaning = "only the rules in this policy count, and none of them grants this";
        (FindingId::MetaPolicyMasterOnly, "master-only", meaning)
    };
    let written = written.map_or(value.into(), String::from_utf8_lossy);
    let counts = if written == value {
        String::new()
    } else {
        format!(", which is not a meta-policy for sockets and counts as `{value}`")
    };
    let written = written.escape_debug();
    let message = format!("the master policy's `site-control` is `{written}`{counts}: {meaning}");
    (id, message)
}

fn master<'a>(case: &Case<'a>) -> Option<PolicyConnection<'a>> {
    let mut understood = case.understood().into_iter();
    understood.find(|asked| asked.place == Place::Master)
}

/// How to open the port. With `none`, rules help only after `site-control` has changed.
fn other_meta_policy(case: &Case<'_>, reason: decide::RefusalReason) -> String {
    let port = case.plan.config.port;
    let addition = addition(case);
    let own = master(case).is_some_and(|asked| would_grant(case, asked.document(), Port::MASTER));
    if reason == decide::RefusalReason::MetaPolicyMasterOnly {
        return format!(
            "{addition}; or set its `site-control` to `all`, and let port {port} serve a policy that grants this"
        );
    }
    if own {
        return "set its `site-control` to `master-only`: then its own rules count, and one of them grants this".to_owned();
    }
    format!(
        "set its `site-control` to `master-only`, and {addition}; or set it to `all`, and let port {port} serve a policy that grants this"
    )
}

fn addition(case: &Case<'_>) -> String {
    match no_match::rule(case) {
        Some(rule) => format!("add the rule {rule} to the master policy"),
        None => no_match::remedy(case),
    }
}

fn repeats_site_control(asked: PolicyConnection<'_>) -> bool {
    let findings = asked.lint().findings;
    findings
        .iter()
        .any(|finding| finding.rule == "duplicate-site-control")
}

/// Whether a policy would grant this, if it counted and came from this port.
fn would_grant(case: &Case<'_>, document: &[u8], from: Port) -> bool {
    let policy = parse(document, Profile::Socket).policy;
    policy.is_some_and(|policy| {
        let granted = grants(&policy, from, &case.movie(), case.plan.config.port);
        matches!(granted, Grant::Allowed { .. })
    })
}

/// The port's own policy would grant this, but the player never asks for it.
fn shadowed(case: &mut Case<'_>, reason: decide::RefusalReason) {
    let Some(trace) = &case.survey.shadowed else {
        return;
    };
    let port = case.plan.config.port;
    if !would_grant(case, trace.document(), port) {
        return;
    }
    let help = if reason == decide::RefusalReason::MetaPolicyNone {
        "set the master policy's `site-control` to `all`: while it is `none`, no rule counts"
            .to_owned()
    } else {
        format!(
            "set the master policy's `site-control` to `all`; or {}",
            addition(case)
        )
    };
    let finding = FindingId::ShadowedByMaster.error(
        format!("port {port} serves a policy that grants this, but the master policy stops players from asking there"),
    )
    .help(help);
    case.add(Rank::Cause, finding);
}

fn authority(case: &mut Case<'_>) {
    let port = case.plan.config.port;
    let finding = FindingId::PortAuthority
        .error(format!(
            "a rule grants port {port}, but the policy is served from port 1024 or above"
        ))
        .note("a policy can open ports below 1024 only if it comes from such a port")
        .help(format!(
            "serve that rule on port 843, or on port {port} itself"
        ));
    point_at_rule(case, finding, |places| places.to_ports);
}

fn secure_only(case: &mut Case<'_>) {
    let finding = FindingId::SecureOnly
        .error("a rule grants this, but only to movies loaded over HTTPS, and this one was not")
        .help("load the movie over HTTPS, or remove `secure=\"true\"` from the rule");
    point_at_rule(case, finding, |places| places.secure);
}

/// Points at the rule that came closest, if the player reports one.
fn point_at_rule(
    case: &mut Case<'_>,
    finding: Diagnostic,
    part: impl Fn(&RulePlaces) -> Option<Span>,
) {
    let decided = case.outcome.decided_by;
    let asked = case
        .understood()
        .into_iter()
        .find(|asked| decided.is_some_and(|decided| decided.place == asked.place));
    let place = asked.and_then(|asked| {
        let rule = decided?.rule?;
        let parsed = parse(asked.document(), Profile::Socket);
        let mut rules = parsed.places.rules.iter();
        // Clients disagree about which rules have an effect, so the numbers of rules differ.
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
