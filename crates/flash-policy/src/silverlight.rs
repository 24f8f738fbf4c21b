//! Silverlight's own policies: `<access-policy>`, which Silverlight and Moonlight ask for on port 943.
//!
//! Reading only: such a policy is written by [`write::silverlight`](crate::write::silverlight), and nothing here decides
//! who may connect. Sources: Microsoft, *Network Security Access Restrictions in Silverlight*; Mono's
//! `ClientAccessPolicyParser`.

use alloc::vec::Vec;

use crate::document::{Document, Element};
use crate::findings::Findings;
use crate::lint::rules::{
    silverlight_bad_ports, silverlight_bad_protocol, silverlight_bad_uri,
    silverlight_port_out_of_range, silverlight_structure, wrong_root,
};
use crate::parse::structure;
use crate::{DomainPattern, Port, PortRange, Scheme};

/// A Silverlight policy. Each of its parts grants by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccessPolicy {
    /// The `<policy>` elements.
    pub policies: Vec<Access>,
}

/// One `<policy>`: whoever is named in `from` may connect to each of the ports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Access {
    /// Whom it admits.
    pub from: Vec<Uri>,
    /// What it admits them to: the TCP ports of its `<socket-resource>` elements.
    pub ports: Vec<PortRange>,
}

/// The `uri` of a `<domain>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uri {
    /// `*`.
    Any,
    /// `http://*` or `https://*`, also written without the `*`.
    AnyOver(Scheme),
    /// `file:///`: applications that were not loaded from a site.
    File,
    /// A host, or `*.` and a name, behind its scheme.
    Hosts(DomainPattern),
}

impl Uri {
    /// Reads the value of a `uri`; none where it matches nothing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "*" => return Some(Self::Any),
            "file:///" => return Some(Self::File),
            "http://" | "http://*" => return Some(Self::AnyOver(Scheme::Http)),
            "https://" | "https://*" => return Some(Self::AnyOver(Scheme::Https)),
            _ => {}
        }
        let pattern: DomainPattern = text.trim_end_matches('/').parse().ok()?;
        pattern.scheme()?;
        Some(Self::Hosts(pattern))
    }
}

/// The elements of the format, each with the element that it stands in.
const ELEMENTS: [(&str, &str); 7] = [
    ("cross-domain-access", "access-policy"),
    ("policy", "cross-domain-access"),
    ("allow-from", "policy"),
    ("domain", "allow-from"),
    ("grant-to", "policy"),
    ("socket-resource", "grant-to"),
    ("resource", "grant-to"),
];

/// Reads a Silverlight policy from its elements; none where the root is another.
pub(crate) fn understand(document: &Document, findings: &mut Findings) -> Option<AccessPolicy> {
    let root = document.root()?;
    if root.name != "access-policy" {
        findings.push(wrong_root::found_for_silverlight(root));
        return None;
    }
    let mut policy = AccessPolicy::default();
    if document.elements().len() == 1 {
        findings.push(silverlight_structure::found_missing(
            root,
            "cross-domain-access",
        ));
    }
    let mut parts = Parts::default();
    for element in document.elements().iter().skip(1) {
        let parent = document.parent(element).map_or("", |parent| &parent.name);
        if !stands_right(element, parent, findings) {
            continue;
        }
        if element.name == "policy" {
            parts.check(findings);
            parts = Parts::of(element);
            policy.policies.push(Access::default());
        }
        parts.note(element);
        if let Some(access) = policy.policies.last_mut() {
            read(element, access, findings);
        }
    }
    parts.check(findings);
    Some(policy)
}

/// Whether an element is one of the format, where it belongs; a finding says why not.
fn stands_right(element: &Element, parent: &str, findings: &mut Findings) -> bool {
    let known: Vec<&str> = ELEMENTS.iter().map(|(name, _)| *name).collect();
    let Some((_, expected)) = ELEMENTS.iter().find(|(name, _)| *name == element.name) else {
        structure::unknown_element(element, &known, findings);
        return false;
    };
    if parent != *expected {
        findings.push(silverlight_structure::found_misplaced(element, expected));
    }
    parent == *expected
}

/// What a `<policy>` has of what it must have.
#[derive(Default)]
struct Parts<'a> {
    policy: Option<&'a Element>,
    has_from: bool,
    has_grant: bool,
}

impl<'a> Parts<'a> {
    fn of(policy: &'a Element) -> Self {
        Self {
            policy: Some(policy),
            ..Self::default()
        }
    }

    fn note(&mut self, element: &Element) {
        self.has_from |= element.name == "domain";
        self.has_grant |= matches!(element.name.as_str(), "socket-resource" | "resource");
    }

    fn check(&self, findings: &mut Findings) {
        let Some(policy) = self.policy else { return };
        if !self.has_from {
            findings.push(silverlight_structure::found_missing(policy, "allow-from"));
        }
        if !self.has_grant {
            findings.push(silverlight_structure::found_missing(policy, "grant-to"));
        }
    }
}

fn read(element: &Element, access: &mut Access, findings: &mut Findings) {
    let known: &[&str] = match element.name.as_str() {
        "allow-from" => &["http-request-headers", "http-methods"],
        "domain" => {
            read_uri(element, access, findings);
            &["uri"]
        }
        "socket-resource" => {
            read_ports(element, access, findings);
            &["port", "protocol"]
        }
        "resource" => &["path", "include-subpaths"],
        _ => &[],
    };
    structure::unknown_attributes(element, known, |_| false, findings);
}

fn read_uri(element: &Element, access: &mut Access, findings: &mut Findings) {
    let Some(attribute) = element.attribute("uri") else {
        findings.push(silverlight_bad_uri::found_missing(element));
        return;
    };
    match Uri::parse(&attribute.value) {
        Some(uri) => access.from.push(uri),
        None => findings.push(silverlight_bad_uri::found(attribute)),
    }
}

fn read_ports(element: &Element, access: &mut Access, findings: &mut Findings) {
    let port = element.attribute("port");
    let protocol = element.attribute("protocol");
    let range = port.and_then(|attribute| port_range(&attribute.value));
    let (Some(port), Some(range)) = (port, range) else {
        findings.push(silverlight_bad_ports::found(element, port));
        return;
    };
    if protocol.is_none_or(|attribute| attribute.value != "tcp") {
        findings.push(silverlight_bad_protocol::found(element, protocol));
        return;
    }
    if silverlight_port_out_of_range::is_outside(range) {
        findings.push(silverlight_port_out_of_range::found(range, port.value_span));
        return;
    }
    access.ports.push(range);
}

fn port_range(text: &str) -> Option<PortRange> {
    let port = |text: &str| Port::new(text.trim().parse().ok()?).ok();
    match text.split_once('-') {
        None => port(text).map(PortRange::from),
        Some((low, high)) => PortRange::new(port(low)?, port(high)?),
    }
}
