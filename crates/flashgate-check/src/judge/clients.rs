//! Problems of only some clients.

use flash_policy::decide::Place;
use flash_policy::player::{Client, Learnt, Reason};
use flash_policy::{Profile, parse};

use super::case::{Case, PolicyConnection, Rank};
use crate::findings::FindingId;

/// The most that Unity reads, in one read.
const UNITY_READS: usize = 5_000;

pub(super) fn explain(case: &mut Case<'_>) {
    if case.is_denied() && case.plan.config.client.refuses(&case.plan.config.target) {
        ipv6_literal(case);
    }
    if case.plan.config.client == Client::Unity && case.is_denied() {
        unity(case);
    }
    if case.plan.config.client == Client::Silverlight {
        silverlight(case);
    }
    if case.plan.config.client == Client::Lightspark && case.outcome.reason == Reason::Timeout {
        waits(case);
    }
}

/// Lightspark asks every place that counts, and waits for the reply without a limit.
fn waits(case: &mut Case<'_>) {
    let Some(asked) = case.asked().last() else {
        return;
    };
    if asked.place == Place::Master || asked.seen.step.connected.is_none() {
        return;
    }
    let (name, port) = (asked.name(), asked.port());
    let granted = case.outcome.granted_in_vain.map(|by| match by.place {
        Place::Master => format!("port {} grants this, but ", case.plan.config.master()),
        Place::Loaded(_) | Place::Destination | Place::SiteRoot => {
            "a policy that the movie loaded grants this, but ".to_owned()
        }
    });
    let granted = granted.unwrap_or_default();
    let did = if asked.answered() {
        "keeps sending, or keeps the connection open after a full read"
    } else {
        "does not answer"
    };
    let finding = FindingId::LightsparkWaitsForPort.error(
        format!("{granted}Lightspark also asks {name}, which accepts the connection and {did}"),
    )
    .note("unless the master policy sets `master-only`, Lightspark asks every port that counts, and waits without a limit")
    .help(format!("{}, or put a gate in front of port {port}", end_of_asking(case)));
    case.add(Rank::Cause, finding);
}

/// What stops Lightspark from asking further: a policy on port 843 with `master-only`.
fn end_of_asking(case: &Case<'_>) -> String {
    let (master, port) = (case.plan.config.master(), case.plan.config.port);
    let has_master = case.asked().any(|asked| {
        asked.place == Place::Master && asked.seen.step.learnt == Some(Learnt::Policy)
    });
    let granted = case.outcome.granted_in_vain;
    let set = "`site-control` to `master-only`";
    if !has_master {
        return format!("serve a policy on port {master} that sets {set} and grants port {port}");
    }
    if granted.is_some_and(|by| by.place == Place::Master) {
        return format!("set {set} in the policy on port {master}");
    }
    format!("set {set} in the policy on port {master} and grant port {port} there")
}

fn ipv6_literal(case: &mut Case<'_>) {
    let message = if case.plan.config.client == Client::Unity {
        "Unity's web player connects only over IPv4, but the target is an IPv6 address"
    } else {
        "Lightspark accepts no host with a colon, and every IPv6 address has one"
    };
    let finding = FindingId::Ipv6Target
        .error(message)
        .note("it rejects the target before it asks for a policy, so no policy helps")
        .help("let the movie connect to the server's name or IPv4 address");
    case.add(Rank::Cause, finding);
}

/// Whether this file reported the cause, so that a rule for the game's own site would not help.
pub(super) fn explained(case: &Case<'_>) -> bool {
    let mut found = case.found.iter();
    found.any(|(_, finding)| finding.diagnostic.rule == FindingId::UnityNeedsWildcard.id())
}

fn unity(case: &mut Case<'_>) {
    for asked in case.asked() {
        let bytes = asked.seen.trace.document();
        if bytes.len() > UNITY_READS {
            let finding = FindingId::UnityReads5000
                .error(format!(
                    "{} answers with {} bytes, but Unity reads only {UNITY_READS}",
                    asked.name(),
                    bytes.len()
                ))
                .help("remove comments, and join rules that differ only in their ports");
            case.add(Rank::Cause, finding);
        }
        let Some(policy) = parse(bytes, Profile::Socket).policy else {
            continue;
        };
        let understood = asked.seen.step.learnt == Some(Learnt::Policy);
        let has_wildcard = policy.rules.iter().any(|rule| rule.domain.is_any());
        if understood && !has_wildcard && !names_everybody(asked) {
            let finding = FindingId::UnityNeedsWildcard.error(
                "Unity's web player accepts only rules for `*`, and this policy has none",
            )
            .help(format!(
                "add `<allow-access-from domain=\"*\" to-ports=\"{}\"/>`, if every site may connect",
                case.plan.config.port
            ));
            case.add(Rank::Cause, finding);
        }
    }
}

/// Whether any rule is for `*`, even if it has no effect for another reason.
fn names_everybody(asked: PolicyConnection<'_>) -> bool {
    let document = asked.document();
    let places = parse(document, Profile::Socket).places;
    let mut rules = places.rules.iter().chain(&places.ignored);
    rules.any(|rule| document.get(rule.domain.start..rule.domain.end) == Some(b"*"))
}

fn silverlight(case: &mut Case<'_>) {
    let port = case.plan.config.port;
    let (low, high) = flash_policy::write::SILVERLIGHT_PORTS;
    if (low..=high).contains(&port.get()) {
        return;
    }
    let finding = FindingId::SilverlightPort.error(
        format!("Silverlight connects only to ports {low} to {high}, not to port {port}; no policy can change that"),
    )
    .help(format!("let the server also listen on a port from {low} to {high}"));
    case.add(Rank::Cause, finding);
}
