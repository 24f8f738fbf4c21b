//! From a document to a [`Policy`], with every fault and its place.
//!
//! Once the XML is well-formed, nothing stops the parser: what is wrong is reported and left out, the rest is read.
//! Whatever fails in the player is an error here. What works but is likely not meant is [`lint`](fn@crate::lint)'s.

use alloc::vec::Vec;

use crate::document::{self, Attribute, Document, Element, SourceFaults};
use crate::spelling::is_like;
use crate::{Policy, SiteControl, Span};

mod fault;
mod rule;
pub(crate) mod structure;

use fault::PolicyFaultKind as Fault;
pub(crate) use fault::PolicyFaults;
pub use fault::{PolicyFault, PolicyFaultKind};

/// Which kind of policy file it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Served over the socket protocol; `to-ports` is required.
    #[default]
    Socket,
    /// Served as `/crossdomain.xml` over HTTP; `to-ports` is ignored there.
    ///
    /// Players before 9.0.124 let such a file authorise sockets to every port from 1024 up.
    Url,
}

/// A policy and its places, read from a document.
#[derive(Debug, Default)]
pub(crate) struct Understood {
    pub(crate) policy: Option<Policy>,
    pub(crate) places: PolicyPlaces,
}

/// What came of reading a file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Parsed {
    /// The policy as the player understands it; none where the player would refuse the whole file.
    pub policy: Option<Policy>,
    /// Where the parts of the policy stand.
    pub places: PolicyPlaces,
    /// What is wrong with the file's bytes and its XML.
    pub source: SourceFaults,
    /// What is wrong with the policy, in the order of the file.
    pub faults: Vec<PolicyFault>,
}

/// Where the parts of a policy stand in its file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PolicyPlaces {
    /// The start tag of the root element.
    pub root: Option<Span>,
    /// The value that decides the meta-policy.
    pub site_control: Option<Span>,
    /// One entry for each of [`Policy::rules`], in the same order.
    pub rules: Vec<RulePlaces>,
}

/// Where the parts of a rule stand.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RulePlaces {
    /// The whole start tag.
    pub tag: Span,
    /// The whole element, with its end tag if it has one.
    pub element: Span,
    /// The value of `domain`.
    pub domain: Span,
    /// The value of `to-ports`, if it has one.
    pub to_ports: Option<Span>,
    /// The value of `secure`, if it has one.
    pub secure: Option<Span>,
}

impl Parsed {
    /// Whether nothing at all is wrong with the file.
    #[must_use]
    pub fn is_faultless(&self) -> bool {
        self.source.file.is_empty() && self.source.syntax.is_empty() && self.faults.is_empty()
    }
}

/// Reads a policy file. What is wrong with it, in words, is [`lint`](fn@crate::lint)'s to say.
#[must_use]
pub fn parse(bytes: &[u8], profile: Profile) -> Parsed {
    let (document, source) = document::read(bytes);
    let mut faults = PolicyFaults::default();
    let understood = document
        .map(|document| understand(&document, profile, &mut faults))
        .unwrap_or_default();
    Parsed {
        policy: understood.policy,
        places: understood.places,
        source,
        faults: faults.0,
    }
}

/// The elements that a Flash policy has, in the order of Adobe's definitions.
pub(crate) const FLASH_ELEMENTS: [&str; 4] = [
    "site-control",
    "allow-access-from",
    "allow-http-request-headers-from",
    "allow-access-from-identity",
];

/// The attribute of `<site-control>`.
pub(crate) const SITE_CONTROL: &str = "permitted-cross-domain-policies";

/// Reads a policy from its elements.
pub(crate) fn understand(
    document: &Document,
    profile: Profile,
    faults: &mut PolicyFaults,
) -> Understood {
    let Some(root) = document.root() else {
        return Understood::default();
    };
    if root.name != "cross-domain-policy" {
        faults.push(0, Fault::WrongRoot);
        return Understood::default();
    }
    let mut parser = PolicyParser {
        profile,
        policy: Policy::default(),
        places: PolicyPlaces {
            root: Some(root.tag),
            ..PolicyPlaces::default()
        },
        faults,
    };
    structure::root_attributes(root, parser.faults);
    for (index, element) in document.elements().iter().enumerate().skip(1) {
        if element.depth == 1 {
            parser.read(index, element);
        } else {
            structure::nested((index, element), document, profile, parser.faults);
        }
    }
    Understood {
        policy: Some(parser.policy),
        places: parser.places,
    }
}

/// What was read so far, and what is wrong with it.
struct PolicyParser<'a> {
    profile: Profile,
    policy: Policy,
    places: PolicyPlaces,
    faults: &'a mut PolicyFaults,
}

impl PolicyParser<'_> {
    /// Reads an element below the root.
    fn read(&mut self, index: usize, element: &Element) {
        let (profile, faults) = (self.profile, &mut *self.faults);
        match element.name.as_str() {
            "allow-access-from" => {
                if let Some((rule, place)) = rule::read((index, element), profile, faults) {
                    self.policy.rules.push(rule);
                    self.places.rules.push(place);
                }
            }
            "site-control" => self.read_site_control(index, element),
            "allow-http-request-headers-from" if profile == Profile::Socket => {
                faults.push(index, Fault::HeaderRule);
            }
            "allow-access-from-identity" if profile == Profile::Socket => {
                faults.push(index, Fault::IdentityRule);
            }
            "allow-http-request-headers-from" => {
                structure::unknown_attributes((index, element), &HEADER_RULE, |_| false, faults);
                rule::secure((index, element), profile, faults);
            }
            "allow-access-from-identity" => {}
            _ => faults.push(index, Fault::UnknownElement(&FLASH_ELEMENTS)),
        }
    }

    fn read_site_control(&mut self, index: usize, element: &Element) {
        let misspelt = misspelt_site_control(element);
        let told = misspelt.and_then(|at| element.attributes.get(at));
        let is_told = |attribute: &Attribute| told.is_some_and(|told| told.span == attribute.span);
        structure::unknown_attributes((index, element), &[SITE_CONTROL], is_told, self.faults);
        let mut attributes = element.attributes.iter().enumerate();
        let Some((at, attribute)) = attributes.find(|(_, found)| found.name == SITE_CONTROL) else {
            self.faults.add(index, misspelt, Fault::SiteControlMissing);
            return;
        };
        let (value, is_known) = site_control(&attribute.value, self.profile);
        if !is_known {
            self.faults.add(index, Some(at), Fault::BadSiteControl);
        }
        let known = &mut self.policy.site_control;
        let place = &mut self.places.site_control;
        if known.is_some() {
            self.faults.push(index, Fault::SiteControlTwice(*place));
        }
        // `None` is the greatest value: it wins, then the strictest.
        if known.is_none_or(|known| value > known) {
            *known = Some(value);
            *place = Some(attribute.value_span);
        }
    }
}

const HEADER_RULE: [&str; 3] = ["domain", "headers", "secure"];

/// The index of the attribute that was to be the one of a `<site-control>`.
fn misspelt_site_control(element: &Element) -> Option<usize> {
    let values = [
        "all",
        "master-only",
        "none",
        "by-content-type",
        "by-ftp-filename",
    ];
    if element.attribute(SITE_CONTROL).is_some() {
        return None;
    }
    element.attributes.iter().position(|attribute| {
        is_like(&attribute.name, SITE_CONTROL) || values.contains(&attribute.value.as_str())
    })
}

/// The meta-policy that a value has in the player, and whether it is one of this profile.
///
/// Adobe's file specification says that the `by-…` values do not exist for sockets and gives no effect; they are
/// taken for `master-only`, and any other value for `none`, as the emulators do whose source is public.
fn site_control(value: &str, profile: Profile) -> (SiteControl, bool) {
    match value {
        "all" => (SiteControl::All, true),
        "master-only" => (SiteControl::MasterOnly, true),
        "none" => (SiteControl::None, true),
        "by-content-type" | "by-ftp-filename" => {
            (SiteControl::MasterOnly, profile != Profile::Socket)
        }
        _ => (SiteControl::None, false),
    }
}
