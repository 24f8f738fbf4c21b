//! Parses an `<allow-access-from>` element and its three attributes.

use alloc::vec::Vec;

use super::fault::{PolicyFaultKind as Fault, PolicyFaults};
use super::{RulePlaces, structure};
use crate::document::{Attribute, Element};
use crate::ports::WHITESPACE;
use crate::spelling::nearest;
use crate::{DomainPattern, PortSet, Profile, Rule, Secure};

/// Reads a rule. `None` if it grants nothing in the player; a fault then says why.
pub(super) fn read(
    (index, element): (usize, &Element),
    profile: Profile,
    faults: &mut PolicyFaults,
) -> Option<Rule> {
    let missing = missing(element, profile);
    let is_told = |attribute: &Attribute| {
        let mut told = missing
            .iter()
            .filter_map(|(_, at)| element.attributes.get((*at)?));
        told.any(|told| told.span == attribute.span)
    };
    structure::unknown_attributes((index, element), &ATTRIBUTES, is_told, faults);
    for (kind, meant) in &missing {
        faults.add(index, *meant, *kind);
    }
    let mut read = RuleReader {
        index,
        element,
        faults,
    };
    let domain = read.domain();
    let ports = match profile {
        Profile::Url => Some(PortSet::All),
        Profile::Socket => read.ports(),
    };
    let secure = secure((index, element), profile, faults);
    Some(Rule {
        domain: domain?,
        ports: ports?,
        secure: secure?,
    })
}

/// Where a rule and its attributes are. `None` if it has no `domain`.
pub(super) fn places(element: &Element) -> Option<RulePlaces> {
    let value_span = |name| Some(element.attribute(name)?.value_span);
    Some(RulePlaces {
        tag: element.tag,
        element: element.span,
        domain: value_span("domain")?,
        to_ports: value_span("to-ports"),
        secure: value_span("secure"),
    })
}

const ATTRIBUTES: [&str; 3] = ["domain", "to-ports", "secure"];

/// The required attributes that are missing, each with the attribute that was probably intended.
fn missing(element: &Element, profile: Profile) -> Vec<(Fault, Option<usize>)> {
    let required = match profile {
        Profile::Socket => &[
            ("domain", Fault::DomainMissing),
            ("to-ports", Fault::PortsMissing),
        ][..],
        Profile::Url => &[("domain", Fault::DomainMissing)],
    };
    let missing = required
        .iter()
        .filter(|(name, _)| element.attribute(name).is_none());
    missing
        .map(|(name, kind)| (*kind, misspelt(element, name)))
        .collect()
}

/// What people write instead of the required names.
const OTHER_NAMES: [(&str, &[&str]); 2] = [
    (
        "domain",
        &["host", "hostname", "from", "origin", "uri", "url"],
    ),
    ("to-ports", &["ports", "port"]),
];

/// The index of the attribute that was probably intended as this missing one.
fn misspelt(element: &Element, required: &str) -> Option<usize> {
    let others = OTHER_NAMES.iter().find(|(name, _)| *name == required);
    let others = others.map_or(&[][..], |(_, others)| others);
    element.attributes.iter().position(|attribute| {
        let name = attribute.name.to_ascii_lowercase();
        let is_meant = nearest(&name, &[required]).is_some() || others.contains(&name.as_str());
        is_meant && !ATTRIBUTES.contains(&attribute.name.as_str())
    })
}

/// Reads the values of a rule.
struct RuleReader<'a> {
    index: usize,
    element: &'a Element,
    faults: &'a mut PolicyFaults,
}

impl<'a> RuleReader<'a> {
    fn attribute(&self, name: &str) -> Option<(usize, &'a Attribute)> {
        let mut attributes = self.element.attributes.iter().enumerate();
        attributes.find(|(_, attribute)| attribute.name == name)
    }

    fn fault(&mut self, attribute: usize, kind: Fault) {
        self.faults.add(self.index, Some(attribute), kind);
    }

    fn domain(&mut self) -> Option<DomainPattern> {
        let (at, attribute) = self.attribute("domain")?;
        let domain = attribute.value.parse();
        if domain.is_err() {
            self.fault(at, Fault::BadDomain);
        } else if attribute.value.ends_with('.') {
            self.fault(at, Fault::TrailingDot);
        }
        domain.ok()
    }

    fn ports(&mut self) -> Option<PortSet> {
        let (at, attribute) = self.attribute("to-ports")?;
        let ports = attribute.value.parse();
        if ports.is_err() {
            self.fault(at, Fault::BadPorts);
        } else if attribute.value.contains(WHITESPACE) {
            self.fault(at, Fault::WhitespaceInPorts);
        }
        ports.ok()
    }
}

/// Reads the `secure` attribute of an element.
pub(super) fn secure(
    (index, element): (usize, &Element),
    profile: Profile,
    faults: &mut PolicyFaults,
) -> Option<Secure> {
    let mut attributes = element.attributes.iter();
    let Some(at) = attributes.position(|attribute| attribute.name == "secure") else {
        return Some(match profile {
            Profile::Socket => Secure::Any,
            Profile::Url => Secure::AsServed,
        });
    };
    let value = element.attributes.get(at).map(|found| found.value.as_str());
    match value {
        Some("true") => Some(Secure::HttpsOnly),
        Some("false") => Some(Secure::Any),
        _ => {
            faults.add(index, Some(at), Fault::BadSecure);
            None
        }
    }
}
