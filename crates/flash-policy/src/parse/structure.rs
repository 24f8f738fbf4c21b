//! Reports elements and attributes where the format does not allow them.

use super::FLASH_ELEMENTS;
use super::fault::{PolicyFaultKind as Fault, PolicyFaults};
use crate::Profile;
use crate::document::{Attribute, Document, Element};

/// Schema references (`xsi:…`) are common on the root. No other attributes are expected there.
pub(super) fn root_attributes(root: &Element, faults: &mut PolicyFaults) {
    for (index, attribute) in root.attributes.iter().enumerate() {
        if !attribute.name.starts_with("xsi:") {
            faults.add(0, Some(index), Fault::UnknownAttribute(&[]));
        }
    }
}

/// Reports unknown attributes, except those that another fault covers.
pub(crate) fn unknown_attributes(
    (index, element): (usize, &Element),
    known: &'static [&'static str],
    is_told: impl Fn(&Attribute) -> bool,
    faults: &mut PolicyFaults,
) {
    for (at, attribute) in element.attributes.iter().enumerate() {
        if !known.contains(&attribute.name.as_str()) && !is_told(attribute) {
            faults.add(index, Some(at), Fault::UnknownAttribute(known));
        }
    }
}

/// Elements that are not directly inside the root have no effect, except for the parts of an identity rule.
pub(super) fn nested(
    (index, element): (usize, &Element),
    document: &Document,
    profile: Profile,
    faults: &mut PolicyFaults,
) {
    let mut above =
        core::iter::successors(document.parent(element), |element| document.parent(element));
    if above.any(|element| element.name == "allow-access-from-identity") {
        return;
    }
    let kind = match (element.name.as_str(), profile) {
        ("allow-http-request-headers-from", Profile::Socket) => Fault::HeaderRule,
        ("allow-access-from-identity", Profile::Socket) => Fault::IdentityRule,
        (name, _) if FLASH_ELEMENTS.contains(&name) => Fault::Nested,
        _ => Fault::UnknownElement(&FLASH_ELEMENTS),
    };
    faults.push(index, kind);
}
