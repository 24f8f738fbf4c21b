//! One `<allow-access-from>`: its three attributes, and what each may hold.

use alloc::string::ToString;

use super::{Profile, RulePlaces, structure};
use crate::document::{Attribute, Element};
use crate::domain::{DomainError, DomainErrorKind, placeholder};
use crate::findings::Findings;
use crate::lint::rules;
use crate::ports::{PortSetError, PortSetErrorKind};
use crate::spelling::nearest;
use crate::{Diagnostic, DomainPattern, PortSet, Rule, Secure};

/// Reads a rule; none where it grants nothing in the player, and then a finding says why.
pub(super) fn read(
    element: &Element,
    profile: Profile,
    findings: &mut Findings,
) -> Option<(Rule, RulePlaces)> {
    let is_told = |attribute: &Attribute| is_told_as_missing(element, attribute, profile);
    structure::unknown_attributes(element, &ATTRIBUTES, is_told, findings);
    let domain = read_domain(element, findings);
    let ports = read_ports(element, profile, findings);
    let secure = read_secure(element, profile, findings);
    let rule = Rule {
        domain: domain?,
        ports: ports?,
        secure: secure?,
    };
    let value_span = |name| {
        element
            .attribute(name)
            .map(|attribute| attribute.value_span)
    };
    let places = RulePlaces {
        tag: element.tag,
        element: element.span,
        domain: value_span("domain")?,
        to_ports: value_span("to-ports"),
        secure: value_span("secure"),
    };
    Some((rule, places))
}

const ATTRIBUTES: [&str; 3] = ["domain", "to-ports", "secure"];

/// What people write in the place of what is required.
const OTHER_NAMES: [(&str, &[&str]); 2] = [
    (
        "domain",
        &["host", "hostname", "from", "origin", "uri", "url"],
    ),
    ("to-ports", &["ports", "port"]),
];

/// The attribute that was to be one that is required and missing.
fn misspelt<'a>(element: &'a Element, required: &str) -> Option<&'a Attribute> {
    let others = OTHER_NAMES.iter().find(|(name, _)| *name == required);
    let others = others.map_or(&[][..], |(_, others)| others);
    element.attributes.iter().find(|attribute| {
        let name = attribute.name.to_ascii_lowercase();
        let is_meant = nearest(&name, &[required]).is_some() || others.contains(&name.as_str());
        is_meant && !ATTRIBUTES.contains(&attribute.name.as_str())
    })
}

/// Whether an attribute is told of where a required one is missed.
fn is_told_as_missing(element: &Element, attribute: &Attribute, profile: Profile) -> bool {
    let required = match profile {
        Profile::Socket => &["domain", "to-ports"][..],
        Profile::Url => &["domain"],
    };
    let mut missing = required
        .iter()
        .filter(|name| element.attribute(name).is_none());
    missing.any(|name| misspelt(element, name).is_some_and(|found| found.span == attribute.span))
}

fn read_domain(element: &Element, findings: &mut Findings) -> Option<DomainPattern> {
    let Some(attribute) = element.attribute("domain") else {
        let meant = misspelt(element, "domain");
        findings.push(rules::missing_domain::found(element, meant));
        return None;
    };
    match attribute.value.parse() {
        Ok(domain) => {
            findings.extend(rules::trailing_dot::find(attribute));
            Some(domain)
        }
        Err(error) => {
            findings.push(bad_domain(&error, attribute));
            None
        }
    }
}

fn bad_domain(error: &DomainError, attribute: &Attribute) -> Diagnostic {
    let note = if matches!(error.kind, DomainErrorKind::International { .. }) {
        "players compare ASCII names; this rule matches no movie"
    } else {
        "the rule matches no movie in the player"
    };
    error
        .lint_rule()
        .finding(error.to_string())
        .at(attribute.place(&error.range), "")
        .note(note)
        .help(error.help())
}

fn read_ports(element: &Element, profile: Profile, findings: &mut Findings) -> Option<PortSet> {
    if profile == Profile::Url {
        return Some(PortSet::All);
    }
    let Some(attribute) = element.attribute("to-ports") else {
        let meant = misspelt(element, "to-ports");
        findings.push(rules::missing_to_ports::found(element, meant));
        return None;
    };
    match attribute.value.parse() {
        Ok(ports) => {
            findings.extend(rules::blanks_in_to_ports::find(attribute));
            Some(ports)
        }
        Err(error) => {
            findings.push(bad_ports(&error, attribute));
            None
        }
    }
}

fn bad_ports(error: &PortSetError, attribute: &Attribute) -> Diagnostic {
    let place = attribute.place(&error.range);
    if placeholder::is_in(&attribute.value) {
        let place = attribute.value_span;
        let message = "expected ports, found a placeholder".to_string();
        return rules::template_placeholder::found(message, place, "ports");
    }
    let rule = match error.kind {
        PortSetErrorKind::Empty => &rules::empty_to_ports::RULE,
        PortSetErrorKind::WildcardInList => &rules::wildcard_in_port_list::RULE,
        PortSetErrorKind::Zero
        | PortSetErrorKind::TooLarge
        | PortSetErrorKind::Reversed
        | PortSetErrorKind::OpenRange => &rules::bad_port_range::RULE,
        PortSetErrorKind::EmptyItem
        | PortSetErrorKind::NotANumber
        | PortSetErrorKind::Everything
        | PortSetErrorKind::Dash(_)
        | PortSetErrorKind::Quote(_)
        | PortSetErrorKind::Unseen(_)
        | PortSetErrorKind::Letter(_) => &rules::bad_to_ports::RULE,
    };
    rule.finding(error.to_string())
        .at(place, "")
        .note("the rule grants nothing in the player")
        .help(error.help())
}

fn read_secure(element: &Element, profile: Profile, findings: &mut Findings) -> Option<Secure> {
    let Some(attribute) = element.attribute("secure") else {
        return Some(match profile {
            Profile::Socket => Secure::Any,
            Profile::Url => Secure::AsServed,
        });
    };
    match attribute.value.as_str() {
        "true" => Some(Secure::HttpsOnly),
        "false" => Some(Secure::Any),
        _ => {
            findings.extend(rules::bad_secure::find(element));
            None
        }
    }
}
