//! What works, and is likely not meant; with [`parse`](fn@crate::parse)'s findings, all that can be said of a file.

mod fix;
mod kind;
mod options;
mod rule;
mod rules;
mod subject;

pub use fix::{Fixed, fix};
pub use kind::Kind;
pub use options::{Client, Options, Serving};
pub use rule::{Group, Rule, nearest_rule, rule, rules};

use alloc::format;
use alloc::vec::Vec;

use crate::diagnostic::any_error;
use crate::parse::{Places, RulePlaces};
use crate::{Diagnostic, Parsed, Policy, Port, PortSet, Profile, Secure, parse};

/// Above this, some clients read only a part: Unity 5,000 bytes, Lightspark 4,096 at a time.
const SMALL: usize = 4_096;

/// Above this, Adobe's own sample server refused the file.
const MODERATE: usize = 10_000;

/// A policy and everything that is wrong with it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The policy as the player understands it; none where the player would refuse the whole file.
    pub policy: Option<Policy>,
    /// The findings, in the order of the file.
    pub findings: Vec<Diagnostic>,
}

impl Report {
    /// Whether the file, or a rule in it, fails in the player.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        any_error(&self.findings)
    }
}

/// Reads a socket policy and judges it: what is wrong with it, and no hints.
#[must_use]
pub fn lint(bytes: &[u8], serving: Serving) -> Report {
    let Parsed {
        policy,
        places,
        mut findings,
    } = parse(bytes, Profile::Socket);
    if let Some(policy) = &policy {
        if policy.rules.is_empty() && !any_error(&findings) {
            findings.push(no_rules(&places));
        }
        findings.extend(site_control(policy, &places, serving));
        for (rule, places) in policy.rules.iter().zip(&places.rules) {
            check_rule(rule, places, serving, &mut findings);
        }
        findings.extend(size(bytes.len()));
    }
    findings.sort_by_key(|finding| finding.label.as_ref().map_or(0, |label| label.span.start));
    Report { policy, findings }
}

/// Reads a policy and judges it with these assumptions.
#[must_use]
pub fn lint_with(bytes: &[u8], options: &Options) -> Report {
    lint(bytes, options.serving)
}

fn no_rules(places: &Places) -> Diagnostic {
    let finding = Diagnostic::warning(
        "no-rules",
        "no rule of this policy takes effect: it grants nothing, to nobody",
    )
    .help("add a rule: `<allow-access-from domain=\"www.example.com\" to-ports=\"9339\"/>`");
    match places.root {
        Some(root) => finding.at(root, ""),
        None => finding,
    }
}

fn site_control(policy: &Policy, places: &Places, serving: Serving) -> Option<Diagnostic> {
    let value = policy.site_control?;
    let span = places.site_control?;
    if value == crate::SiteControl::None && !policy.rules.is_empty() {
        return Some(
            Diagnostic::warning(
                "site-control-none-beside-rules",
                "`none` switches every policy of this host off, these rules too",
            )
            .at(span, "")
            .help("write `master-only` if the rules of this file shall count"),
        );
    }
    let port = serving.port().filter(|port| *port != Port::MASTER)?;
    Some(
        Diagnostic::warning(
            "site-control-off-master",
            format!("a meta-policy counts on port 843 only, and this is port {port}"),
        )
        .at(span, "")
        .note("Flash Player ignores it here; Lightspark refuses the whole file")
        .help("remove the element from what is served on this port, unless players dial it as 843"),
    )
}

fn check_rule(
    rule: &crate::Rule,
    places: &RulePlaces,
    serving: Serving,
    findings: &mut Vec<Diagnostic>,
) {
    if rule.domain.is_any() {
        findings.push(
            Diagnostic::warning("wildcard-domain", "`*` admits movies from every site, and local ones")
                .at(places.domain, "")
                .note("any page that a player's user visits may then talk to these ports with the user's address")
                .help("name the hosts that your movies are loaded from, as in `*.example.com`"),
        );
    }
    if let (PortSet::All, Some(span)) = (&rule.ports, places.to_ports) {
        findings.push(
            Diagnostic::warning(
                "wildcard-ports",
                "`*` opens every port of this machine, mail and remote desktop among them",
            )
            .at(span, "")
            .help("list the ports that movies connect to, as in `9339,9400-9410`"),
        );
    }
    if let (Secure::HttpsOnly, Some(span)) = (rule.secure, places.secure) {
        findings.push(
            Diagnostic::warning("secure-true-on-socket", "only movies loaded over HTTPS may connect")
                .at(span, "")
                .note("the socket itself is not encrypted by this; Adobe advises against it but for local sockets")
                .help("leave it out unless it is meant so"),
        );
    }
    findings.extend(authority(rule, places, serving));
}

fn authority(rule: &crate::Rule, places: &RulePlaces, serving: Serving) -> Option<Diagnostic> {
    let port = serving.port().filter(|port| !port.is_low())?;
    let PortSet::List(ranges) = &rule.ports else {
        return None;
    };
    let span = places
        .to_ports
        .filter(|_| ranges.iter().any(|range| range.low().is_low()))?;
    Some(
        Diagnostic::warning(
            "low-ports-from-high-port",
            format!("served from port {port}, a policy opens no port below 1024"),
        )
        .at(span, "")
        .note("players take such grants from ports below 1024 only, 843 among them")
        .help("serve this policy on port 843, or leave the low ports out, unless players dial this port as a low one"),
    )
}

fn size(length: usize) -> Option<Diagnostic> {
    if length <= SMALL {
        return None;
    }
    let note = if length <= MODERATE {
        "Unity's web player reads 5,000 bytes and Lightspark 4,096 at a time"
    } else {
        "Adobe's own sample server refused files over 10,000 bytes; what players do is not known"
    };
    Some(
        Diagnostic::warning(
            "large-policy",
            format!("the policy has {length} bytes; some clients read only a part of it"),
        )
        .note(note)
        .help("remove comments, and join rules that differ only in their ports"),
    )
}
