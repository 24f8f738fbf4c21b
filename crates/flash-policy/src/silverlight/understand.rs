//! Reads the elements of a Silverlight policy, and reports its mistakes. What a mistake costs is as in Moonlight.
//!
//! Source: `ClientAccessPolicyParser.cs` in Mono.

use alloc::vec::Vec;

use super::access::{Access, AccessPolicy, Resource};
use super::granted::{ports, resource};
use super::loss::AccessLoss;
use super::uri::Uri;
use crate::PortRange;
use crate::document::{Document, Element};
use crate::parse::{PolicyFaultKind as Fault, PolicyFaults, structure};
use crate::policy::HeaderSet;

/// A file with the right root element.
#[derive(Debug)]
pub(crate) struct ReadAccess {
    /// `None` if Moonlight rejects the whole file.
    pub(crate) policy: Option<AccessPolicy>,
}

/// Reads a Silverlight policy from the elements of a document. `None` if the root is not `<access-policy>`.
pub(crate) fn understand(document: &Document, faults: &mut PolicyFaults) -> Option<ReadAccess> {
    let root = document.root()?;
    if root.name != "access-policy" {
        faults.push(0, Fault::WrongRoot);
        return None;
    }
    let elements = document.elements();
    if elements.len() == 1 {
        faults.push(0, Fault::ElementMissing("cross-domain-access"));
    }
    let mut reading = AccessReading {
        document,
        faults,
        counts: Vec::with_capacity(elements.len()),
        lost: alloc::vec![false; elements.len()],
        is_void: false,
        parts: Parts::default(),
        policies: Vec::new(),
    };
    for (index, element) in elements.iter().enumerate() {
        let counts = reading.enter(index, element);
        reading.counts.push(counts);
    }
    reading.parts.check(reading.faults);
    Some(reading.finish())
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

/// A document as it is read.
struct AccessReading<'a> {
    document: &'a Document,
    faults: &'a mut PolicyFaults,
    /// For each element so far, whether Moonlight reads it.
    counts: Vec<bool>,
    /// For each element, whether a later mistake voids what was read there.
    lost: Vec<bool>,
    is_void: bool,
    parts: Parts,
    policies: Vec<ReadPolicy>,
}

/// A `<policy>`.
struct ReadPolicy {
    element: usize,
    /// The `<allow-from>` elements, each with its headers.
    callers: Vec<(usize, Option<HeaderSet>)>,
    /// The applications, each with its `<allow-from>`.
    uris: Vec<(usize, Uri)>,
    /// The last `<allow-from>` that has a `<domain>` without a `uri`.
    ends: Option<usize>,
    /// The resources, each with its `<grant-to>`.
    resources: Vec<(usize, Resource)>,
    /// The ports. Moonlight merges those of every `<grant-to>` that it reads.
    ports: Vec<PortRange>,
}

impl AccessReading<'_> {
    /// Reads an element. Returns whether it counts.
    fn enter(&mut self, index: usize, element: &Element) -> bool {
        let parent = element.parent.unwrap_or_default();
        let is_read = index == 0 || self.counts.get(parent) == Some(&true);
        let above = self.document.parent(element).map_or("", |up| &up.name);
        if let Some(kind) = misplaced(element, above).filter(|_| index > 0) {
            self.faults.push(index, kind);
            if is_read {
                self.lose(AccessLoss::by_element(self.document, element), index);
            }
            return false;
        }
        if element.name == "policy" {
            self.parts.check(self.faults);
            self.parts = Parts {
                policy: Some(index),
                ..Parts::default()
            };
            self.policies.push(ReadPolicy::new(index));
        }
        self.parts.note((index, element));
        self.attributes((index, element), is_read);
        let counts = is_read && self.lost.get(index) != Some(&true);
        self.content((index, element), counts);
        counts
    }

    /// Reports attributes and namespaces that the element does not have.
    fn attributes(&mut self, (index, element): (usize, &Element), is_read: bool) {
        if index > 0 {
            let known = known_attributes(&element.name);
            let before = self.faults.0.len();
            structure::unknown_attributes((index, element), known, |_| false, self.faults);
            if is_read && self.faults.0.len() > before {
                self.lose(AccessLoss::by_attribute(element), index);
            }
        }
        for (at, namespace) in element.namespaces.iter().enumerate() {
            let loss = AccessLoss::by_namespace(element, namespace);
            if loss != AccessLoss::Nothing {
                self.faults.push(index, Fault::Namespace(at));
            }
            if is_read {
                self.lose(loss, index);
            }
        }
    }

    /// Voids what a mistake in this element costs.
    fn lose(&mut self, loss: AccessLoss, index: usize) {
        let parent_of = |index: usize| self.document.elements().get(index)?.parent;
        let voided = match loss {
            AccessLoss::Nothing => None,
            AccessLoss::Own => Some(index),
            AccessLoss::Parent => parent_of(index),
            // In a `<resource>`, the `<grant-to>` is one further up.
            AccessLoss::Resources => {
                let parent = parent_of(index);
                let name = |index: usize| Some(&*self.document.elements().get(index)?.name);
                match parent.and_then(name) {
                    Some("resource") => parent.and_then(parent_of),
                    _ => parent,
                }
            }
            AccessLoss::File => {
                self.is_void = true;
                None
            }
        };
        if let Some(is_lost) = voided.and_then(|index| self.lost.get_mut(index)) {
            *is_lost = true;
        }
    }

    /// Takes what an element says, if it counts. Reports mistakes in any case.
    fn content(&mut self, (index, element): (usize, &Element), counts: bool) {
        let parent = element.parent.unwrap_or_default();
        let fault = match element.name.as_str() {
            "allow-from" => {
                let headers = element.attribute("http-request-headers");
                let headers = headers.and_then(|found| HeaderSet::valid_of(&found.value));
                self.keep(counts, |policy| policy.callers.push((index, headers)));
                None
            }
            "domain" => {
                let uri = element.attribute("uri");
                let parsed = uri.and_then(|uri| Uri::parse(&uri.value));
                self.keep(counts, |policy| {
                    policy.application(parent, parsed.clone(), uri.is_some());
                });
                parsed.is_none().then_some(Fault::BadUri)
            }
            "socket-resource" => match ports(element) {
                Ok(range) => {
                    self.keep(counts, |policy| policy.ports.push(range));
                    None
                }
                Err((kind, loss)) => {
                    self.is_void |= counts && loss == AccessLoss::File;
                    Some(kind)
                }
            },
            "resource" => match resource(element) {
                Ok(resource) => {
                    self.keep(counts, |policy| policy.resources.push((parent, resource)));
                    None
                }
                Err((kind, loss)) => {
                    if counts {
                        self.lose(loss, index);
                    }
                    Some(kind)
                }
            },
            _ => None,
        };
        if let Some(kind) = fault {
            self.faults.push(index, kind);
        }
    }

    fn keep(&mut self, counts: bool, add: impl FnOnce(&mut ReadPolicy)) {
        if let Some(policy) = self.policies.last_mut().filter(|_| counts) {
            add(policy);
        }
    }

    fn finish(self) -> ReadAccess {
        let is_lost = |index: usize| self.lost.get(index) == Some(&true);
        let policies = self.policies.into_iter();
        let policies = policies.map(|read| {
            if is_lost(read.element) {
                return Access::default();
            }
            read.access(is_lost)
        });
        let policies = policies.collect();
        ReadAccess {
            policy: (!self.is_void).then_some(AccessPolicy { policies }),
        }
    }
}

impl ReadPolicy {
    const fn new(element: usize) -> Self {
        Self {
            element,
            callers: Vec::new(),
            uris: Vec::new(),
            ends: None,
            resources: Vec::new(),
            ports: Vec::new(),
        }
    }

    /// Adds a `<domain>`. Moonlight fails at one without a `uri`, and compares none after it except `*`.
    fn application(&mut self, within: usize, uri: Option<Uri>, has_uri: bool) {
        if !has_uri {
            self.ends = Some(within);
        }
        let uri = uri.filter(|uri| *uri == Uri::Any || self.ends != Some(within));
        self.uris.extend(uri.map(|uri| (within, uri)));
    }

    /// What it grants, without the lost elements.
    fn access(self, is_lost: impl Fn(usize) -> bool) -> Access {
        fn kept<T>(read: Vec<(usize, T)>, is_lost: impl Fn(usize) -> bool) -> Vec<T> {
            let kept = read.into_iter().filter(|(within, _)| !is_lost(*within));
            kept.map(|(_, value)| value).collect()
        }
        let mut headers = kept(self.callers, &is_lost).into_iter();
        let first = headers.next().flatten();
        Access {
            from: kept(self.uris, &is_lost),
            // With different headers for different applications, none counts for all of them.
            headers: first.filter(|first| headers.all(|other| other.as_ref() == Some(first))),
            ports: self.ports,
            resources: kept(self.resources, &is_lost),
        }
    }
}

/// The attributes of an element.
fn known_attributes(element: &str) -> &'static [&'static str] {
    match element {
        "allow-from" => &["http-request-headers", "http-methods"],
        "domain" => &["uri"],
        "socket-resource" => &["port", "protocol"],
        "resource" => &["path", "include-subpaths"],
        _ => &[],
    }
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
