//! Gates that no player can connect to, because no rule of their policy opens their port.

use std::collections::BTreeSet;

use flash_policy::{Diagnostic, Policy, Port, PortSet, Span};

use super::gates;
use super::policy::Named;
use super::policy_file::ServedAt;
use super::raw::RawListener;

/// How many ports a message names.
const NAMED: usize = 5;

/// Reports them, once for each policy. If a policy is only for gates and opens none of their ports, the linter reports
/// the rules instead.
pub(super) fn check(
    raw: &[RawListener],
    policies: &[(Named, ServedAt)],
    found: &mut Vec<Diagnostic>,
) {
    for (policy, served) in policies {
        let Some(granted) = policy.granted(None) else {
            continue;
        };
        if served.misses_every_gate(&granted) {
            continue;
        }
        let using = raw.iter().filter(|raw| raw.gate.is_some());
        let using = using.filter(|raw| raw.serves(&policy.name, policies.len()));
        let ports: Vec<_> = using.flat_map(ports).collect();
        let finding = finding(ports.iter().map(|(port, _)| *port), &granted);
        found.extend(finding.map(|(first, finding)| {
            let place = ports.iter().find(|(port, _)| *port == first);
            let place = place.map_or(policy.header, |(_, place)| *place);
            let name = &policy.name;
            finding
                .at(place, "")
                .help(format!(
                    "add the port to a rule of the policy `{name}`, or leave out `ports`: the rule then covers the gates of its policy"
                ))
                .help("if players reach the gate through another port, set `public-port`")
        }));
    }
}

/// The ports that players connect to for a gate, each with its place.
fn ports(raw: &RawListener) -> Vec<(Port, Span)> {
    let port = |address| raw.public_port.or(gates::bound_port(address));
    let addresses = raw.addresses.iter();
    addresses
        .filter_map(|at| Some((port(at.value)?, at.span)))
        .collect()
}

/// A warning about the ports that no rule opens, with the lowest of them. It has no place and no help. A policy without
/// rules has a finding of its own.
pub fn finding(
    gates: impl IntoIterator<Item = Port>,
    policy: &Policy,
) -> Option<(Port, Diagnostic)> {
    let mut closed: BTreeSet<_> = gates.into_iter().collect();
    for rule in &policy.rules {
        let PortSet::List(ranges) = &rule.ports else {
            return None;
        };
        for range in ranges {
            let open = closed.range(range.low()..=range.high()).copied();
            for port in open.collect::<Vec<_>>() {
                closed.remove(&port);
            }
        }
    }
    let first = *closed.first()?;
    let mut named: Vec<_> = closed.iter().take(NAMED).map(Port::to_string).collect();
    if let Some(more) = closed.len().checked_sub(NAMED).filter(|more| *more > 0) {
        named.push(format!("{more} more"));
    }
    let ports = match named.as_slice() {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        _ => named.join(""),
    };
    let message = format!("no rule opens {ports}, so no player can connect to a gate there");
    let finding = Diagnostic::warning("unopened-gate-port", message)
        .note("a policy is about the port that players connect to, not about the server's own");
    (!policy.rules.is_empty()).then_some((first, finding))
}
