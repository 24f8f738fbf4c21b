//! Elements and attributes that stand where the format has none.

use super::{FLASH_ELEMENTS, Profile};
use crate::document::{Attribute, Document, Element};
use crate::findings::Findings;
use crate::lint::rules::{
    header_rule_in_socket_policy, identity_rule_in_socket_policy, nested_rule, unknown_attribute,
    unknown_element, wrong_case,
};

/// Schema references (`xsi:…`) are customary on the root; anything else is not.
pub(super) fn root_attributes(root: &Element, findings: &mut Findings) {
    let others = root
        .attributes
        .iter()
        .filter(|attribute| !attribute.name.starts_with("xsi:"));
    findings.extend(others.map(|attribute| unknown_attribute::found(root, attribute, &[])));
}

/// All but those that another finding tells of.
pub(crate) fn unknown_attributes(
    element: &Element,
    known: &[&str],
    is_told: impl Fn(&Attribute) -> bool,
    findings: &mut Findings,
) {
    for attribute in &element.attributes {
        if known.contains(&attribute.name.as_str()) || is_told(attribute) {
            continue;
        }
        findings.push(match wrong_case::known_as(&attribute.name, known) {
            Some(name) => wrong_case::found(&attribute.name, attribute.span, name),
            None => unknown_attribute::found(element, attribute, known),
        });
    }
}

/// What stands inside another element than the root counts for nothing, but for the parts of an identity rule.
pub(super) fn nested(
    element: &Element,
    document: &Document,
    profile: Profile,
    findings: &mut Findings,
) {
    let mut above =
        core::iter::successors(document.parent(element), |element| document.parent(element));
    if above.any(|element| element.name == "allow-access-from-identity") {
        return;
    }
    match (element.name.as_str(), profile) {
        ("allow-http-request-headers-from", Profile::Socket) => {
            findings.push(header_rule_in_socket_policy::found(element));
        }
        ("allow-access-from-identity", Profile::Socket) => {
            findings.push(identity_rule_in_socket_policy::found(element));
        }
        (name, _) if FLASH_ELEMENTS.contains(&name) => findings.push(nested_rule::found(element)),
        _ => unknown_element(element, &FLASH_ELEMENTS, findings),
    }
}

pub(crate) fn unknown_element(element: &Element, known: &[&str], findings: &mut Findings) {
    findings.push(match wrong_case::known_as(&element.name, known) {
        Some(name) => wrong_case::found(&element.name, element.name_span(), name),
        None => unknown_element::found(element, known),
    });
}
