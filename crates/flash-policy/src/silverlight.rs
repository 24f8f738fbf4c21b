//! Parses Silverlight policies: `<access-policy>`, which Silverlight and Moonlight fetch from port 943.
//!
//! [`write::silverlight`](crate::write::silverlight) writes them. [`AccessPolicy::connects`] and [`AccessPolicy::loads`]
//! decide what an application may do. [`AccessPolicy::to_flash`] returns the Flash policy that allows the same. Sources: Microsoft, *Network Security Access Restrictions in Silverlight*; Mono's
//! `ClientAccessPolicyParser`.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::document::{self, Document, Element, SourceFaults};
use crate::parse::{PolicyFault, PolicyFaultKind as Fault, PolicyFaults, structure};
use crate::policy::HeaderSet;
use crate::write::SILVERLIGHT_PORTS;
use crate::{Port, PortRange};

mod decide;
mod to_flash;
mod uri;

pub use decide::AccessDenied;
pub use to_flash::ToFlashError;
pub use uri::Uri;

/// A Silverlight policy. Each of its parts grants connections independently.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AccessPolicy {
    /// The `<policy>` elements.
    pub policies: Vec<Access>,
}

/// One `<policy>`: every application that `from` matches can connect to each of the ports, and load each of the
/// resources over HTTP.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Access {
    /// The applications that it matches.
    pub from: Vec<Uri>,
    /// The request headers that these applications can send over HTTP, apart from `Content-Type`.
    pub headers: Option<HeaderSet>,
    /// The TCP ports of its `<socket-resource>` elements.
    pub ports: Vec<PortRange>,
    /// Its `<resource>` elements.
    pub resources: Vec<Resource>,
}

/// A `<resource>`: a path that applications can load over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Resource {
    /// The path, from its first slash.
    pub path: Box<str>,
    /// Whether everything below the path is granted too.
    pub include_subpaths: bool,
}

impl Resource {
    /// Whether it grants a path. `/api` grants what is below `/api/`, but not `/apis`.
    fn contains(&self, path: &str) -> bool {
        path.strip_prefix(&*self.path).is_some_and(|below| {
            let is_below = self.path.ends_with('/') || below.starts_with('/');
            below.is_empty() || (self.include_subpaths && is_below)
        })
    }
}

/// The result of parsing a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParsedAccess {
    /// The policy. `None` if the file is not well-formed XML, or not a Silverlight policy.
    pub policy: Option<AccessPolicy>,
    source: SourceFaults,
    faults: Vec<PolicyFault>,
}

impl ParsedAccess {
    /// Whether the file has no mistakes. [`lint`](fn@crate::lint) says what they are.
    ///
    /// ```
    /// use flash_policy::silverlight;
    ///
    /// let parsed = silverlight::parse(b"<access-policy/>");
    /// assert!(!parsed.is_faultless()); // `<cross-domain-access>` is missing
    /// assert!(parsed.policy.is_some_and(|access| access.policies.is_empty()));
    /// ```
    #[must_use]
    pub fn is_faultless(&self) -> bool {
        self.source.file.is_empty() && self.source.syntax.is_empty() && self.faults.is_empty()
    }
}

/// Parses a Silverlight policy file. The linter has messages for its mistakes.
///
/// ```
/// use flash_policy::{parse, silverlight, write};
///
/// let flash = b"<cross-domain-policy><allow-access-from domain='*' to-ports='4502,4510-4512'/></cross-domain-policy>";
/// let flash = parse(flash, Default::default()).policy.expect("a policy");
/// let file = write::silverlight(&flash, write::Layout::Compact)?;
///
/// let parsed = silverlight::parse(file.as_bytes());
/// assert!(parsed.is_faultless());
/// let access = &parsed.policy.expect("a policy").policies[0];
/// assert_eq!(access.from, [silverlight::Uri::Any]);
/// assert_eq!(access.ports.len(), 2);
/// # Ok::<(), write::SilverlightError>(())
/// ```
#[must_use]
pub fn parse(bytes: &[u8]) -> ParsedAccess {
    let (document, source) = document::read(bytes);
    let mut faults = PolicyFaults::default();
    let policy = document.and_then(|document| understand(&document, &mut faults));
    ParsedAccess {
        policy,
        source,
        faults: faults.0,
    }
}

/// The elements of the format, each with its parent element.
const ELEMENTS: [(&str, &str); 7] = [
    ("cross-domain-access", "access-policy"),
    ("policy", "cross-domain-access"),
    ("allow-from", "policy"),
    ("domain", "allow-from"),
    ("grant-to", "policy"),
    ("socket-resource", "grant-to"),
    ("resource", "grant-to"),
];

/// Reads a Silverlight policy from the elements of a document. `None` if the root is not `<access-policy>`.
pub(crate) fn understand(document: &Document, faults: &mut PolicyFaults) -> Option<AccessPolicy> {
    let root = document.root()?;
    if root.name != "access-policy" {
        faults.push(0, Fault::WrongRoot);
        return None;
    }
    let mut policy = AccessPolicy::default();
    if document.elements().len() == 1 {
        faults.push(0, Fault::ElementMissing("cross-domain-access"));
    }
    let mut parts = Parts::default();
    for (index, element) in document.elements().iter().enumerate().skip(1) {
        let parent = document.parent(element).map_or("", |parent| &parent.name);
        if let Some(kind) = misplaced(element, parent) {
            faults.push(index, kind);
            continue;
        }
        if element.name == "policy" {
            parts.check(faults);
            parts = Parts {
                policy: Some(index),
                ..Parts::default()
            };
            policy.policies.push(Access::default());
        }
        parts.note((index, element));
        if let Some(access) = policy.policies.last_mut() {
            read((index, element), access, faults);
        }
    }
    parts.check(faults);
    Some(policy)
}

/// The names of all elements except the root.
const NAMES: [&str; 7] = [
    "cross-domain-access",
    "policy",
    "allow-from",
    "domain",
    "grant-to",
    "socket-resource",
    "resource",
];

/// What is wrong with an unknown or misplaced element.
fn misplaced(element: &Element, parent: &str) -> Option<Fault> {
    let known = ELEMENTS.iter().find(|(name, _)| *name == element.name);
    let Some((_, expected)) = known else {
        return Some(Fault::UnknownElement(&NAMES));
    };
    (parent != *expected).then_some(Fault::Misplaced(expected))
}

/// Which required parts a `<policy>` has.
#[derive(Default)]
struct Parts {
    policy: Option<usize>,
    /// Its first `<allow-from>`.
    from: Option<usize>,
    has_from: bool,
    /// Its first `<grant-to>`.
    grant: Option<usize>,
    has_grant: bool,
}

impl Parts {
    fn note(&mut self, (index, element): (usize, &Element)) {
        match element.name.as_str() {
            "allow-from" => self.from = self.from.or(Some(index)),
            "grant-to" => self.grant = self.grant.or(Some(index)),
            "domain" => self.has_from = true,
            "socket-resource" | "resource" => self.has_grant = true,
            _ => {}
        }
    }

    fn check(&self, faults: &mut PolicyFaults) {
        let Some(policy) = self.policy else { return };
        let mut missing = |parent: Option<usize>, own, child| match parent {
            Some(parent) => faults.push(parent, Fault::ElementMissing(child)),
            None => faults.push(policy, Fault::ElementMissing(own)),
        };
        if !self.has_from {
            missing(self.from, "allow-from", "domain");
        }
        if !self.has_grant {
            missing(self.grant, "grant-to", "socket-resource");
        }
    }
}

fn read((index, element): (usize, &Element), access: &mut Access, faults: &mut PolicyFaults) {
    let known: &[&str] = match element.name.as_str() {
        "allow-from" => {
            let headers = element.attribute("http-request-headers");
            access.headers = headers.and_then(|found| HeaderSet::valid_of(&found.value));
            &["http-request-headers", "http-methods"]
        }
        "domain" => {
            let uri = element.attribute("uri");
            match uri.and_then(|attribute| Uri::parse(&attribute.value)) {
                Some(uri) => access.from.push(uri),
                None => faults.push(index, Fault::BadUri),
            }
            &["uri"]
        }
        "socket-resource" => {
            match ports(element) {
                Ok(range) => access.ports.push(range),
                Err(kind) => faults.push(index, kind),
            }
            &["port", "protocol"]
        }
        "resource" => {
            access.resources.extend(resource(element));
            &["path", "include-subpaths"]
        }
        _ => &[],
    };
    structure::unknown_attributes((index, element), known, |_| false, faults);
}

fn resource(element: &Element) -> Option<Resource> {
    let value = |name| Some(element.attribute(name)?.value.as_str());
    Some(Resource {
        path: value("path").filter(|path| !path.is_empty())?.into(),
        include_subpaths: matches!(value("include-subpaths"), Some("true" | "1")),
    })
}

/// The ports of a `<socket-resource>`, or why it grants nothing.
fn ports(element: &Element) -> Result<PortRange, Fault> {
    let value = |name| element.attribute(name).map(|found| found.value.as_str());
    let range = value("port").and_then(port_range);
    let range = range.ok_or(Fault::BadSocketPort)?;
    if value("protocol") != Some("tcp") {
        return Err(Fault::BadProtocol);
    }
    let (low, high) = SILVERLIGHT_PORTS;
    if range.low().get() < low || range.high().get() > high {
        return Err(Fault::PortOutOfRange(range));
    }
    Ok(range)
}

fn port_range(text: &str) -> Option<PortRange> {
    let port = |text: &str| Port::new(text.trim().parse().ok()?).ok();
    match text.split_once('-') {
        None => port(text).map(PortRange::from),
        Some((low, high)) => PortRange::new(port(low)?, port(high)?),
    }
}
