//! Explains a policy that is valid for Flash Player, or almost, but not for this client.
//!
//! Silverlight rejects a whole file because of one element, Lightspark stops reading at it, and Lightspark interprets
//! some rules differently from Flash Player. Lint knows why; this module picks the findings that explain the verdict.

use flash_policy::decide::{self, Place};
use flash_policy::player::{Client, Learnt, Reason};
use flash_policy::{Diagnostic, Grant, Profile, Severity, grants, parse};

use super::case::{Case, PolicyConnection, Rank};

/// Lightspark stops reading at these.
const LIGHTSPARK_REFUSES: [&str; 3] = [
    "lightspark-unsupported-element",
    "site-control-outside-master",
    "duplicate-site-control",
];

/// Lightspark opens less than the rule says because of these.
const LIGHTSPARK_NARROWS: [&str; 2] = ["lightspark-port-range", "lightspark-scheme-in-domain"];

/// Reports lint findings that are causes here, before all findings about servers.
pub(super) fn explain(case: &mut Case<'_>) {
    for asked in case.asked() {
        for mut finding in refusals(asked).into_iter().chain(narrowed(case, asked)) {
            let rank = if !case.is_denied() {
                Rank::Doubtful
            } else if is_elsewhere(case.outcome.reason) {
                Rank::Wrong
            } else {
                finding.severity = Severity::Error;
                Rank::Cause
            };
            let source = case.source(asked, asked.document());
            case.add_lint(rank, finding, source);
        }
    }
}

/// Whether the cause has nothing to do with how the rules are written.
fn is_elsewhere(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Timeout
            | Reason::Refused(
                decide::RefusalReason::MetaPolicyMasterOnly | decide::RefusalReason::MetaPolicyNone
            )
    )
}

/// Whether the reply is a policy that the client rejects because of how it is written.
pub(super) fn refuses(asked: PolicyConnection<'_>) -> bool {
    !refusals(asked).is_empty()
}

/// Whether a rule was found that grants to Flash Player but not to this client.
pub(super) fn narrows(case: &Case<'_>) -> bool {
    let mut found = case.found.iter();
    found.any(|(_, found)| LIGHTSPARK_NARROWS.contains(&found.diagnostic.rule))
}

fn refusals(asked: PolicyConnection<'_>) -> Vec<Diagnostic> {
    let cut_short = asked.client == Client::Lightspark && asked.place == Place::Master;
    match asked.seen.step.learnt {
        Some(Learnt::Unusable) => {}
        Some(Learnt::Policy) if cut_short => {}
        Some(Learnt::Policy | Learnt::Nothing) | None => return Vec::new(),
    }
    let report = asked.lint();
    let understood = report.policy.is_some() || report.access.is_some();
    let is_cause = |finding: &Diagnostic| match asked.client {
        Client::Lightspark => LIGHTSPARK_REFUSES.contains(&finding.rule),
        Client::Silverlight => finding.severity == Severity::Error,
        Client::Flash | Client::Unity | Client::Ruffle | _ => false,
    };
    let findings = report.findings.into_iter();
    findings
        .filter(|finding| understood && is_cause(finding))
        .collect()
}

/// The findings about the rule that grants to Flash Player but not to Lightspark.
fn narrowed(case: &Case<'_>, asked: PolicyConnection<'_>) -> Vec<Diagnostic> {
    let read = asked.client == Client::Lightspark && asked.seen.step.learnt == Some(Learnt::Policy);
    if !read || !case.is_denied() {
        return Vec::new();
    }
    let parsed = parse(asked.document(), Profile::Socket);
    let Some(policy) = parsed.policy else {
        return Vec::new();
    };
    let port = case.plan.config.port;
    let granted = grants(&policy, asked.counts_as(), &case.movie(), port);
    let Grant::Allowed { rule } = granted else {
        return Vec::new();
    };
    let Some(places) = parsed.places.rules.get(rule) else {
        return Vec::new();
    };
    let findings = asked.lint().findings.into_iter();
    findings
        .filter(|finding| {
            LIGHTSPARK_NARROWS.contains(&finding.rule)
                && finding
                    .spans()
                    .any(|span| places.tag.start <= span.start && span.end <= places.tag.end)
        })
        .collect()
}
