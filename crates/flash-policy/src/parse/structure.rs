//! Elements and attributes that stand where the format has none.

use alloc::vec::Vec;

use crate::Diagnostic;
use crate::document::Element;
use crate::lint::rules::{unknown_attribute, unknown_element, wrong_case};

/// Schema references (`xsi:…`) are customary on the root; anything else is not.
pub(super) fn root_attributes(root: &Element, findings: &mut Vec<Diagnostic>) {
    let others = root
        .attributes
        .iter()
        .filter(|attribute| !attribute.name.starts_with("xsi:"));
    findings.extend(others.map(|attribute| unknown_attribute::found(root, attribute, &[])));
}

pub(crate) fn unknown_attributes(
    element: &Element,
    known: &[&str],
    findings: &mut Vec<Diagnostic>,
) {
    for attribute in &element.attributes {
        if known.contains(&attribute.name.as_str()) {
            continue;
        }
        findings.push(match wrong_case::known_as(&attribute.name, known) {
            Some(name) => wrong_case::found(&attribute.name, attribute.span, name),
            None => unknown_attribute::found(element, attribute, known),
        });
    }
}

pub(crate) fn unknown_element(element: &Element, known: &[&str], findings: &mut Vec<Diagnostic>) {
    findings.push(match wrong_case::known_as(&element.name, known) {
        Some(name) => wrong_case::found(&element.name, element.name_span(), name),
        None => unknown_element::found(element, known),
    });
}
