//! `--allow DOMAIN[:PORTS]`: parses one policy rule, with errors that point at the mistake.

use std::ops::Range;

use flash_policy::domain::{DomainError, DomainErrorKind};
use flash_policy::{Diagnostic, DomainPattern, Policy, Port, PortSet, Profile, Rule, Span};
use flashgate_config::config::{
    ConfigFindings, RulePorts, about_rule, bad_domain, bad_ports, gates,
};

use super::given::GivenValue;

/// Why a rule without ports covers no port.
#[derive(Clone, Copy, Debug)]
pub(super) enum NoPorts {
    /// There is no gate.
    NoGate,
    /// The command serves nothing, so it has no gates.
    NotServed,
    /// A gate listens on any free port.
    AnyFree,
}

/// Builds the policy from the rules in a flag or variable with this name, or returns every error in them.
///
/// A rule without ports covers the ports of the gates.
pub(super) fn policy(
    flags: &[String],
    name: &str,
    gates: Result<&[Port], NoPorts>,
) -> Result<Policy, ConfigFindings> {
    let (mut rules, mut bad) = (Vec::new(), ConfigFindings::default());
    for text in flags {
        match rule(text, gates) {
            Ok(rule) => rules.push(rule),
            Err(found) => bad.add(&name, text.as_bytes(), found),
        }
    }
    if bad.is_empty() {
        Ok(rules.into_iter().collect())
    } else {
        Err(bad)
    }
}

fn rule(text: &str, gates: Result<&[Port], NoPorts>) -> Result<Rule, Vec<Diagnostic>> {
    let Some((domain, ports)) = split(text) else {
        if let Some(finding) = without_colon(text) {
            return Err(vec![finding]);
        }
        return for_gates(text, gates).map_err(|finding| vec![finding]);
    };
    if is_reversed(domain, ports) {
        return Err(vec![reversed(domain, ports)]);
    }
    let start = domain.len() + 1;
    match (domain.parse::<DomainPattern>(), ports.parse::<PortSet>()) {
        (Ok(domain), Ok(ports)) => Ok(Rule::new(domain, ports)),
        (domain, ports) => {
            let domain = domain.map_err(|error| {
                if error.kind == DomainErrorKind::Port {
                    second_colon(error.range.into())
                } else {
                    no_domain(&error)
                }
            });
            let ports = ports.map_err(|error| {
                let place = Span::from(error.range.clone()).shifted(start);
                bad_ports(&error, place)
            });
            Err(domain.err().into_iter().chain(ports.err()).collect())
        }
    }
}

/// `www.example.com 9339`: a space in place of the colon.
fn without_colon(text: &str) -> Option<Diagnostic> {
    let (domain, ports) = text.split_once(char::is_whitespace)?;
    let (domain, ports) = (domain.trim_end_matches(','), ports.trim());
    domain.parse::<DomainPattern>().ok()?;
    ports.parse::<PortSet>().ok()?;
    let space = domain.len()..text.len() - ports.len();
    let finding = Diagnostic::error(
        "missing-to-ports",
        "expected a `:` before the ports, found a space",
    );
    Some(
        finding
            .at(space, "")
            .help(format!("write `{domain}:{ports}`")),
    )
}

/// `9339:www.example.com`: the ports are first.
fn is_reversed(domain: &str, ports: &str) -> bool {
    let is_list = |text: &str| {
        text.parse::<PortSet>()
            .is_ok_and(|ports| ports != PortSet::All)
    };
    is_list(domain) && !is_list(ports) && ports != "*" && ports.parse::<DomainPattern>().is_ok()
}

fn reversed(ports: &str, domain: &str) -> Diagnostic {
    Diagnostic::error(
        "invalid-to-ports",
        "expected the domain first and then the ports, found the reverse",
    )
    .at(0..ports.len(), "")
    .help(format!("write `{domain}:{ports}`"))
}

/// `www.example.com:9339:1`: what is before the last colon has a port too.
fn second_colon(place: Span) -> Diagnostic {
    Diagnostic::error("domain-with-port", "expected one `:PORTS` after the domain, found two")
        .at(place, "")
        .help("put all ports after one colon, separated by commas, as in `www.example.com:9339,9400-9410`")
}

/// What is wrong with a domain.
fn no_domain(error: &DomainError) -> Diagnostic {
    let place = error.range.clone().into();
    if error.kind == DomainErrorKind::List {
        several(place)
    } else {
        bad_domain(error, place)
    }
}

/// `www.example.com,www.example.org:9339`: one value is one rule.
fn several(place: Span) -> Diagnostic {
    Diagnostic::error("multiple-domains", "expected one domain, found several")
        .at(place, "")
        .help("write one value for each domain, each with its ports: repeat `--allow`, or put spaces between the values of `FLASHGATE_ALLOW`")
}

/// Adds findings about the policy in `text`, which was made from these flags, at their place in the flags.
pub(super) fn add(
    to: &mut ConfigFindings,
    found: Vec<Diagnostic>,
    (text, profile): (&str, Profile),
    given: &GivenValue<Vec<String>>,
) {
    let flags = &given.value;
    let places = places(text, profile, flags);
    let in_flags = |of: Span| {
        let mut places = places.iter();
        places.find(|place| place.sent.start <= of.start && of.end <= place.sent.end)
    };
    let found = found.into_iter().map(|mut finding| {
        let label = finding.label.take();
        let place = label.as_ref().and_then(|label| in_flags(label.span));
        if let (Some(place), Some(label)) = (place, label) {
            finding = finding.at(place.flag, label.text);
        }
        about_rule(
            &mut finding,
            place.map_or(RulePorts::Written, |place| place.ports),
        );
        let others = finding.secondary.into_iter();
        finding.secondary = others
            .filter_map(|mut other| {
                other.span = in_flags(other.span)?.flag;
                Some(other)
            })
            .collect();
        finding.fix = None;
        finding.repeats.retain_mut(|repeat| {
            repeat.edits.clear();
            let place = in_flags(repeat.span);
            repeat.span = place.map_or(repeat.span, |place| place.flag);
            place.is_some()
        });
        finding
    });
    let all = given.texts();
    to.add(&all.name, all.text.as_bytes(), found.collect());
}

/// A part of a policy, and the part of the flags that it was made from. One character separates the rules.
struct FlagPlace {
    sent: Span,
    flag: Span,
    ports: RulePorts,
}

/// The parts of a rule come before the whole rule.
fn places(text: &str, profile: Profile, flags: &[String]) -> Vec<FlagPlace> {
    let sent = flash_policy::parse(text.as_bytes(), profile).places;
    let (mut places, mut start) = (Vec::new(), 0);
    for (sent, flag) in sent.rules.iter().zip(flags) {
        let whole = start..start + flag.len();
        let (domain, listed, ports) = match split(flag) {
            Some((domain, _)) => {
                let colon = start + domain.len();
                (start..colon, colon + 1..whole.end, RulePorts::Written)
            }
            None => (whole.clone(), whole.clone(), RulePorts::OfGates),
        };
        let mut add = |sent: Span, flag: Range<usize>| {
            let flag = flag.into();
            places.push(FlagPlace { sent, flag, ports });
        };
        add(sent.domain, domain);
        if let Some(sent) = sent.to_ports {
            add(sent, listed);
        }
        add(sent.tag, whole);
        start += flag.len() + 1;
    }
    places
}

fn for_gates(text: &str, gates: Result<&[Port], NoPorts>) -> Result<Rule, Diagnostic> {
    let domain = text.parse::<DomainPattern>();
    let domain = domain.map_err(|error| no_domain(&error))?;
    let ports = gates.map_err(|reason| missing_ports(text, reason))?;
    Ok(Rule::new(domain, gates::port_set(ports)))
}

/// Splits at the last colon, but not inside an address or a URL: `::1` and `http://host` have no ports.
fn split(text: &str) -> Option<(&str, &str)> {
    let (domain, ports) = text.rsplit_once(':')?;
    let inside = ports.starts_with("//") || ports.contains(']') || is_address(text);
    (!inside).then_some((domain, ports))
}

/// Whether the whole text is an IPv6 address, so that the last colon is part of it.
fn is_address(text: &str) -> bool {
    text.parse::<std::net::Ipv6Addr>().is_ok()
}

/// An example with ports. If the text without its last group is an IPv6 address, and that group could be a port, the
/// user probably left out the brackets. A single digit is more likely the end of the address.
fn example(text: &str) -> String {
    let parts = text.rsplit_once(':').filter(|(_, port)| port.len() > 1);
    match parts.filter(|(address, port)| is_address(address) && port.parse::<PortSet>().is_ok()) {
        Some((address, port)) if is_address(text) => format!("[{address}]:{port}"),
        _ if is_address(text) => format!("[{text}]:9339"),
        _ => format!("{text}:9339"),
    }
}

fn missing_ports(text: &str, reason: NoPorts) -> Diagnostic {
    let end = text.len();
    let example = example(text);
    Diagnostic::error(
        "missing-to-ports",
        "expected `:PORTS` after the domain, found none",
    )
    .at(end..end, "")
    .note(match reason {
        NoPorts::NoGate => "a rule without ports covers the ports of the gates, and there are no gates",
        NoPorts::NotServed => {
            "a rule without ports covers the ports of gates, which only `flashgate serve` and a config file have"
        }
        NoPorts::AnyFree => {
            "a rule without ports covers the ports of the gates, and one gate listens on any free port"
        }
    })
    .help(format!(
        "add the ports that the movie connects to, as in `{example}` or `{example},9400-9410`"
    ))
}
