//! One name with several addresses that behave differently.
//!
//! It is not known which of them a player uses, so a server should behave the same at each.

use std::fmt;
use std::net::IpAddr;

use flash_policy::player::Verdict;
use flash_policy::{Diagnostic, Profile, parse};

use super::case::{Case, Rank};
use crate::Trace;
use crate::findings::FindingId;
use crate::trace::DialOutcome;

/// How an address reacts to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
enum AddressReply {
    Refuses,
    Silent,
    Accepts,
    Answers(Vec<u8>),
}

/// Before everything else, if another address might have granted what this one does not.
pub(super) fn explain(case: &mut Case<'_>) {
    if case.outcome.verdict != Verdict::Allowed && !case.lacks_policy() {
        compare(case);
    }
}

/// After the findings about a missing policy, or if the connection is allowed.
pub(super) fn judge(case: &mut Case<'_>) {
    if case.outcome.verdict == Verdict::Allowed || case.lacks_policy() {
        compare(case);
    }
}

fn compare(case: &mut Case<'_>) {
    for (index, seen) in case.seen.iter().enumerate() {
        let ways = ways(case, index);
        let differ = ways
            .windows(2)
            .any(|pair| matches!(pair, [(_, a), (_, b)] if a != b));
        if differ {
            let port = seen.step.fetch.port;
            let finding = finding(case, &format!("port {port}"), &ways);
            let rank = if case.outcome.verdict == Verdict::Allowed {
                Rank::Doubtful
            } else {
                Rank::Cause
            };
            case.add(rank, finding);
            return;
        }
    }
}

fn finding(case: &Case<'_>, port: &str, ways: &[(IpAddr, AddressReply)]) -> Diagnostic {
    let host = &case.lookup.host;
    let message = format!("the addresses of {host} behave differently at {port}");
    let finding = if case.outcome.verdict == Verdict::Allowed {
        FindingId::AddressesDiffer.warning(message)
    } else {
        FindingId::AddressesDiffer.error(message)
    };
    let told: Vec<_> = ways
        .iter()
        .map(|(address, way)| format!("{address} {way}"))
        .collect();
    finding
        .note(told.join("; "))
        .note("it is not known which of them a player uses")
        .help("serve the same at every address, including IPv6 (`[::]:843` takes both), or remove the address from the DNS")
}

fn ways(case: &Case<'_>, step: usize) -> Vec<(IpAddr, AddressReply)> {
    let others = case.survey.others.iter();
    let of_step = others.filter(|other| other.step == step);
    of_step
        .filter_map(|other| Some((other.address, way(&other.trace)?)))
        .collect()
}

/// `None` if the cause may be this machine.
fn way(trace: &Trace) -> Option<AddressReply> {
    let attempt = trace.attempts.last()?;
    match attempt.came {
        DialOutcome::Connected if trace.bytes.is_empty() => Some(AddressReply::Accepts),
        DialOutcome::Connected => Some(AddressReply::Answers(trace.document().to_vec())),
        DialOutcome::Refused | DialOutcome::Unreachable => Some(AddressReply::Refuses),
        DialOutcome::Silence => Some(AddressReply::Silent),
        DialOutcome::NoRoute | DialOutcome::Failed(_) => None,
    }
}

impl fmt::Display for AddressReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refuses => f.write_str("refuses"),
            Self::Silent => f.write_str("does not respond"),
            Self::Accepts => f.write_str("accepts but sends nothing"),
            Self::Answers(bytes) => match parse(bytes, Profile::Socket).policy {
                Some(policy) if policy.rules.is_empty() => f.write_str("grants nothing"),
                Some(policy) => {
                    f.write_str("grants ")?;
                    for (index, rule) in policy.rules.iter().take(3).enumerate() {
                        let comma = if index > 0 { ", " } else { "" };
                        write!(f, "{comma}`{}` to ports `{}`", rule.domain, rule.ports)?;
                    }
                    Ok(())
                }
                None => f.write_str("answers with something else than a policy"),
            },
        }
    }
}
