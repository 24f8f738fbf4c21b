//! Ports that clients don't ask for a policy on their own.
//!
//! Flash players ask port 843, and then the port that the movie connects to. Silverlight asks port 943 only. Unity's web
//! player asks port 843, or the port that `Security.PrefetchSocketPolicy` names (Unity's manual, *Security Sandbox of
//! the Webplayer*).

use flash_policy::lint::PolicyReader;
use flash_policy::reply::Dialect;
use flash_policy::{Diagnostic, Policy, Port, PortSet, Rule};

use super::gates;
use crate::config::policy::Named;
use crate::config::raw::{RawListener, Soundness};
use crate::config::tree::At;
use crate::snapshot::ListenAddress;

/// Warns of listeners whose policy players never request on their own: the port is not 843, and the rules don't open
/// it. With `public-port`, the operator already knows which port players use.
pub(in crate::config) fn unasked(
    raw: &[RawListener],
    policies: &[Named],
    found: &mut Vec<Diagnostic>,
) {
    let sound: Vec<_> = raw
        .iter()
        .filter(|raw| raw.state == Soundness::Sound)
        .collect();
    let plain = sound.iter().filter(|raw| raw.gate.is_none());
    for raw in plain {
        if raw.dialect == Dialect::Silverlight {
            found.extend(unasked_by_silverlight(raw));
        } else if raw.public_port.is_some() {
            found.extend(probably_for_silverlight(raw));
        } else {
            let policy = policies
                .iter()
                .find(|policy| raw.serves(&policy.name, policies.len()));
            found.extend(
                policy
                    .into_iter()
                    .flat_map(|policy| unasked_by_players(raw, policy)),
            );
        }
    }
    // A listener that is reported may serve any of them.
    if sound.len() == raw.len() {
        for policy in policies.iter().filter(|policy| is_for_unity(policy)) {
            found.extend(unasked_by_unity(raw, policy, policies.len()));
        }
    }
}

fn is_for_unity(policy: &Named) -> bool {
    policy.clients.contains(&PolicyReader::Unity)
}

/// Warnings for ports that players don't ask, because the rules don't open them.
fn unasked_by_players(raw: &RawListener, policy: &Named) -> Vec<Diagnostic> {
    let finding = |address: &At<ListenAddress>| {
        let port = gates::bound_port(address.value)?;
        let granted = policy.granted(Some(port))?;
        let mut finding = unasked_port(port, &granted)?;
        if policy.clients == [PolicyReader::Unity] {
            finding.notes = vec![UNITY_ASKS.to_owned()];
            finding.help = vec![format!("listen on 843, or {}", prefetch(port))];
        } else if is_for_unity(policy) {
            finding.help.push(format!("in Unity, {}", prefetch(port)));
        }
        if port == Port::SILVERLIGHT {
            finding.help.push(FOR_SILVERLIGHT.to_owned());
        }
        Some(finding.help(format!("if players reach it as port 843, write `public-port = 843`; if movies load it themselves, write `public-port = {port}`")).at(address.span, ""))
    };
    raw.addresses.iter().filter_map(finding).collect()
}

const FOR_SILVERLIGHT: &str = "for Silverlight, write `dialect = \"silverlight\"`";

const UNITY_ASKS: &str = "Unity's web player asks port 843, and never the port that it connects to";

fn prefetch(port: Port) -> String {
    format!("let the application call `Security.PrefetchSocketPolicy(\"HOST\", {port})`")
}

/// A warning for `public-port = 943` without `dialect`.
fn probably_for_silverlight(raw: &RawListener) -> Option<Diagnostic> {
    let is_theirs = raw.public_port == Some(Port::SILVERLIGHT) && raw.dialect_place.is_none();
    let address = raw.addresses.first().filter(|_| is_theirs)?;
    let message = "Silverlight asks port 943, but this listener answers Flash players";
    let finding = Diagnostic::warning("unasked-policy-port", message).at(address.span, "");
    let finding = finding.note("Silverlight expects another format, an `<access-policy>`");
    Some(finding.help(FOR_SILVERLIGHT).help(
        "if Flash movies load the policy from port 943 themselves, write `dialect = \"flash\"`",
    ))
}

/// A warning for a policy that Unity never asks for, at the first of its ports. Other warnings for its ports have the
/// same help.
fn unasked_by_unity(raw: &[RawListener], policy: &Named, policies: usize) -> Option<Diagnostic> {
    let uses =
        |raw: &&RawListener| raw.dialect == Dialect::Flash && raw.serves(&policy.name, policies);
    let mut first = None;
    for raw in raw.iter().filter(uses) {
        if raw.gate.is_none() && raw.public_port.is_some() {
            return None; // the operator knows which port applications ask
        }
        for address in &raw.addresses {
            let port = raw.public_port.or(gates::bound_port(address.value))?;
            let granted = policy.granted(Some(port))?;
            let is_reported = raw.gate.is_none() && unasked_port(port, &granted).is_some();
            if port == Port::MASTER || is_reported {
                return None;
            }
            first = first.or(Some((port, address.span)));
        }
    }
    let (port, place) = first?;
    let message = format!("Unity's web player doesn't ask port {port} for a policy on its own");
    let finding = Diagnostic::warning("unasked-policy-port", message).at(place, "");
    let finding = finding.note(UNITY_ASKS);
    Some(finding.help(format!(
        "serve the policy `{}` in a `[[listen]]` on port 843 too, or {}",
        policy.name,
        prefetch(port)
    )))
}

/// Warnings for ports that Silverlight never asks.
fn unasked_by_silverlight(raw: &RawListener) -> Vec<Diagnostic> {
    let port = |address: &At<ListenAddress>| raw.public_port.or(gates::bound_port(address.value));
    let ported = raw.addresses.iter().map(|address| (address, port(address)));
    let unasked =
        ported.filter_map(|(address, port)| {
            let port = port.filter(|port| *port != Port::SILVERLIGHT)?;
            let message = format!("Silverlight doesn't ask port {port} for a policy");
            let finding = Diagnostic::warning("unasked-policy-port", message).at(address.span, "");
            let finding = finding.note("it asks port 943, whatever port it connects to");
            Some(finding.help(
                "listen on 943; if clients reach this port as 943, write `public-port = 943`",
            ))
        });
    unasked.collect()
}

/// A warning for a port that players don't request this policy from on their own. It has no place.
pub fn unasked_port(port: Port, policy: &Policy) -> Option<Diagnostic> {
    let opens_it = |rule: &Rule| match &rule.ports {
        PortSet::All => false,
        PortSet::List(_) => rule.ports.contains(port),
    };
    let asked = port == Port::MASTER || policy.rules.iter().any(opens_it);
    (!asked).then(|| {
        let message = format!("players don't ask port {port} for a policy on their own");
        Diagnostic::warning("unasked-policy-port", message)
            .note("players ask port 843, and then the port that the movie connects to")
            .help(format!("listen on 843, or let the movie call `Security.loadPolicyFile(\"xmlsocket://HOST:{port}\")`"))
    })
}
