//! Parses an `<allow-http-request-headers-from>` element of a URL policy.

use super::fault::{PolicyFaultKind as Fault, PolicyFaults};
use super::{rule, structure};
use crate::document::Element;
use crate::policy::HeaderRule;
use crate::{DomainPattern, Profile};

const ATTRIBUTES: [&str; 3] = ["domain", "headers", "secure"];

/// Reads a header rule. `None` if it allows nothing in the player; a fault then says why.
pub(super) fn read(
    (index, element): (usize, &Element),
    faults: &mut PolicyFaults,
) -> Option<HeaderRule> {
    structure::unknown_attributes((index, element), &ATTRIBUTES, |_| false, faults);
    let position = |name| {
        let mut attributes = element.attributes.iter();
        attributes.position(|attribute| attribute.name == name)
    };
    let value = |at: Option<usize>| Some(element.attributes.get(at?)?.value.as_str());
    let at = position("domain");
    let domain = value(at).and_then(|value| value.parse::<DomainPattern>().ok());
    if domain.is_none() {
        faults.add(index, at, Fault::HeaderDomain);
    }
    let at = position("headers");
    let headers = value(at).and_then(|value| value.parse().ok());
    if headers.is_none() {
        faults.add(index, at, Fault::Headers);
    }
    let secure = rule::secure((index, element), Profile::Url, faults);
    let mut rule = HeaderRule::new(domain?, headers?);
    rule.secure = secure?;
    Some(rule)
}
