//! Resolves the rules of a policy: their domains, their ports, and what they apply to.

use flash_policy::domain::DomainError;
use flash_policy::policy::{HeaderSet, HeaderSetError};
use flash_policy::ports::PortSetError;
use flash_policy::{Diagnostic, DomainPattern, PortSet, Rule, Span};

use crate::config::applies_to::AppliesTo;
use crate::config::gates::{self, GatePorts};
use crate::config::raw::{RawPorts, RawRule};
use crate::config::tree::At;
use crate::snapshot::ListenAddress;

/// A rule of the config file.
#[derive(Debug)]
pub(super) struct ResolvedRule {
    pub(super) rule: Rule,
    pub(super) ports: RulesPorts,
    /// The request headers that it allows in files over HTTP.
    pub(super) headers: Option<HeaderSet>,
}

/// Whether a rule has ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RulesPorts {
    Known,
    /// It needs none, because it applies only to files over HTTP, or its policy is served only there.
    NotNeeded,
}

/// All rules, or nothing if one is invalid: findings about an incomplete policy would be wrong.
pub(super) fn all_rules(
    rules: Vec<RawRule>,
    gates: &GatePorts,
    found: &mut Vec<Diagnostic>,
) -> Option<Vec<(ResolvedRule, RawRule)>> {
    if let GatePorts::AnyFree(address) = gates
        && rules
            .iter()
            .any(|raw| raw.applies_to(AppliesTo::Sockets) && matches!(raw.ports, RawPorts::OfGates))
    {
        found.push(unknown_port(address));
    }
    let rules: Vec<_> = rules
        .into_iter()
        .map(|raw| rule(&raw, gates, found).map(|rule| (rule, raw)))
        .collect();
    rules.into_iter().collect()
}

fn unknown_port(address: &At<ListenAddress>) -> Diagnostic {
    let message = format!(
        "`{}` takes any free port, so players can't know which",
        address.value
    );
    Diagnostic::error("unknown-public-port", message)
        .at(address.span, "")
        .note("a rule without ports covers the ports of the gates that use its policy, including this one")
        .help("set `public-port` in the gate, or `ports` in the rules of its policy")
}

/// The ports of a rule, or nothing if a mistake was reported.
fn ports(
    raw: &RawRule,
    gates: &GatePorts,
    found: &mut Vec<Diagnostic>,
) -> Option<(PortSet, RulesPorts)> {
    let text = match (&raw.ports, gates) {
        (RawPorts::Written(text), _) if !raw.applies_to(AppliesTo::Sockets) => {
            found.push(ports_of_files(text.span));
            return None;
        }
        (RawPorts::Written(text), _) => text,
        (RawPorts::OfGates, _) if !raw.applies_to(AppliesTo::Sockets) => {
            return Some((PortSet::All, RulesPorts::NotNeeded));
        }
        (RawPorts::OfGates, GatePorts::NotNeeded) => {
            return Some((PortSet::All, RulesPorts::NotNeeded));
        }
        (RawPorts::OfGates, GatePorts::Known(ports)) => {
            return Some((gates::port_set(ports), RulesPorts::Known));
        }
        (RawPorts::OfGates, GatePorts::NoGate { over_http }) => {
            let finding = without_ports(raw);
            found.push(if *over_http {
                finding.help("or `applies-to = \"url\"`, if the rule is only for files over HTTP")
            } else {
                finding
            });
            return None;
        }
        (RawPorts::OfGates, GatePorts::AnyFree(_) | GatePorts::Faulty) | (RawPorts::Faulty, _) => {
            return None;
        }
    };
    let bad = |error: PortSetError| bad_ports(&error, text.place(&error.range));
    let ports = text.value.parse().map_err(bad);
    let ports = ports.map_err(|finding| found.push(finding)).ok()?;
    Some((ports, RulesPorts::Known))
}

fn without_ports(raw: &RawRule) -> Diagnostic {
    Diagnostic::error("missing-key", "expected `ports` in a rule, found none")
        .at(raw.span, "")
        .note("a rule without ports covers the ports of the gates that use its policy, but no gate uses it")
        .help("add the ports that the movie connects to, as in `ports = \"9339,9400-9410\"`")
}

fn rule(raw: &RawRule, gates: &GatePorts, found: &mut Vec<Diagnostic>) -> Option<ResolvedRule> {
    let domain = raw.domain.as_ref().map(|text| {
        let domain = text.value.parse::<DomainPattern>();
        domain.map_err(|error: DomainError| bad_domain(&error, text.place(&error.range)))
    });
    let domain = domain.and_then(|domain| domain.map_err(|finding| found.push(finding)).ok());
    let ports = ports(raw, gates, found);
    let headers = headers(raw, found);
    let (ports, kind) = ports?;
    let rule = Rule::new(domain?, ports);
    let rule = match &raw.secure {
        Some(At { value: true, .. }) => rule.https_only(),
        Some(_) | None => rule,
    };
    Some(ResolvedRule {
        rule,
        ports: kind,
        headers: headers.ok()?,
    })
}

/// A mistake was reported.
struct Reported;

/// The request headers of a rule, if it has any.
fn headers(raw: &RawRule, found: &mut Vec<Diagnostic>) -> Result<Option<HeaderSet>, Reported> {
    let before = found.len();
    let mut valid = Vec::new();
    for text in &raw.headers {
        match text.value.parse::<HeaderSet>() {
            Ok(headers) => valid.push(headers.to_string()),
            Err(error) => {
                found.push(bad_headers(&error, text.place(&error.range)));
            }
        }
    }
    if found.len() > before {
        return Err(Reported);
    }
    if let Some(text) = raw
        .headers
        .first()
        .filter(|_| !raw.applies_to(AppliesTo::Urls))
    {
        found.push(headers_of_sockets(text.span));
        return Err(Reported);
    }
    // Each is valid, so the list is.
    Ok(valid.join(",").parse().ok())
}

fn bad_headers(error: &HeaderSetError, place: Span) -> Diagnostic {
    Diagnostic::error("invalid-headers", error.to_string())
        .at(place, "")
        .help("write the names of request headers, as in `headers = [\"SOAPAction\", \"X-*\"]`, or `\"*\"`")
}

fn headers_of_sockets(place: Span) -> Diagnostic {
    let message =
        "`headers` has no meaning with `applies-to = \"socket\"`: sockets have no request headers";
    conflict(message, place)
}

fn ports_of_files(place: Span) -> Diagnostic {
    let message =
        "`ports` has no meaning with `applies-to = \"url\"`: files over HTTP have no ports";
    conflict(message, place)
}

fn conflict(message: &str, place: Span) -> Diagnostic {
    Diagnostic::error("conflicting-keys", message)
        .at(place, "")
        .help("remove one of the two keys, or write a rule for each")
}

/// The error for an invalid domain outside a policy file.
pub fn bad_domain(error: &DomainError, place: Span) -> Diagnostic {
    Diagnostic::error(error.rule(), error.to_string())
        .at(place, "")
        .help(error.help())
}

/// The error for invalid ports outside a policy file.
pub fn bad_ports(error: &PortSetError, place: Span) -> Diagnostic {
    Diagnostic::error("invalid-to-ports", error.to_string())
        .at(place, "")
        .help(error.help())
}
