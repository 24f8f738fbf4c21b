//! Reads a [`Policy`] from a document, with every fault and its location.
//!
//! Once the XML is well-formed, no mistake stops the parser. It reports invalid parts, leaves them out and continues.
//! Anything that fails in the player is a fault here, and so is anything outside the format that players are said or
//! assumed to accept: spaces in `to-ports`, a byte order mark, a NUL at the end, an unknown attribute.
//! [`lint`](fn@crate::lint) has warnings about those, and about policies that are probably not intended.

use alloc::vec::Vec;

use crate::document::{self, Attribute, Document, Element, SourceFaults};
use crate::spelling::is_like;
use crate::{Policy, Profile, SiteControl, Span};

mod fault;
mod first_mistake;
mod header_rule;
mod policy_text;
mod rule;
pub(crate) mod structure;

pub(crate) use fault::PolicyFault;
use fault::PolicyFaultKind as Fault;
pub(crate) use fault::PolicyFaults;
#[cfg(feature = "silverlight")]
pub(crate) use fault::{PolicyFaultKind, ResourceFault};
pub use policy_text::PolicyError;

pub use crate::document::LARGEST;

/// A policy read from a document, with locations.
#[derive(Debug, Default)]
pub(crate) struct Understood {
    pub(crate) policy: Option<Policy>,
    pub(crate) places: PolicyPlaces,
}

/// The result of parsing a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parsed {
    /// The policy as the player understands it. `None` if the player would refuse the whole file, or if the file exceeds
    /// one of the [limits](fn@parse) of the parser.
    pub policy: Option<Policy>,
    /// The locations of the policy's parts.
    pub places: PolicyPlaces,
    source: SourceFaults,
    faults: Vec<PolicyFault>,
}

/// The locations of a policy's parts in its file.
///
/// ```
/// use flash_policy::diagnostic::{Column, LineIndex};
/// use flash_policy::{Profile, parse};
///
/// let file = b"<cross-domain-policy>\n  <allow-access-from domain='a.test' to-ports='80'/>\n</cross-domain-policy>";
/// let parsed = parse(file, Profile::Socket);
/// let domain = parsed.places.rules[0].domain;
/// assert_eq!(&file[domain.start..domain.end], b"a.test");
/// let place = LineIndex::new(file).position(domain.start, Column::Characters);
/// assert_eq!((place.line, place.column), (2, 30));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PolicyPlaces {
    /// The start tag of the root element.
    pub root: Option<Span>,
    /// The value that sets the meta-policy.
    pub site_control: Option<Span>,
    /// One entry for each of [`Policy::rules`], in the same order.
    pub rules: Vec<RulePlaces>,
    /// The `<allow-access-from>` elements that have a `domain` but that the player ignores, because of a mistake in
    /// them or because they are not directly inside the root.
    pub ignored: Vec<RulePlaces>,
}

/// The locations of a rule's parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct RulePlaces {
    /// The whole start tag.
    pub tag: Span,
    /// The whole element, including its end tag if it has one.
    pub element: Span,
    /// The value of `domain`.
    pub domain: Span,
    /// The value of `to-ports`, if the rule has one.
    pub to_ports: Option<Span>,
    /// The value of `secure`, if the rule has one.
    pub secure: Option<Span>,
}

impl Parsed {
    /// Whether the file has no mistakes. [`lint`](fn@crate::lint) says what they are.
    ///
    /// Some mistakes do not keep the policy from working, as far as is known: spaces in `to-ports`, a dot at the end of
    /// `domain`, a byte order mark, a NUL at the end, an unknown attribute. For those, lint has warnings, `Reply::checked`
    /// accepts the file, and [`Policy::allow`] and [`PortSet`](crate::PortSet) accept the values.
    ///
    /// ```
    /// use flash_policy::{Profile, parse};
    ///
    /// let file = br#"<cross-domain-policy><allow-access-from domain="a.test"/></cross-domain-policy>"#;
    /// let parsed = parse(file, Profile::Socket);
    /// assert!(!parsed.is_faultless()); // `to-ports` is missing
    /// assert!(parsed.policy.is_some_and(|policy| policy.rules.is_empty()));
    /// ```
    #[must_use]
    pub fn is_faultless(&self) -> bool {
        self.source.file.is_empty() && self.source.syntax.is_empty() && self.faults.is_empty()
    }

    /// Whether the file is well-formed XML, up to its first NUL and within the [limits](fn@parse) of the parser.
    ///
    /// If it is well-formed and there is no policy, its root element is not `<cross-domain-policy>`.
    ///
    /// ```
    /// use flash_policy::{Profile, parse};
    ///
    /// let page = parse(b"<html></html>", Profile::Socket);
    /// assert!(page.is_well_formed() && page.policy.is_none());
    /// assert!(!parse(b"<cross-domain-policy>", Profile::Socket).is_well_formed());
    /// ```
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        self.source.is_well_formed()
    }
}

/// Parses a policy file. For messages about its mistakes, use [`lint`](fn@crate::lint).
///
/// Never panics, whatever the bytes are. Its time and memory are linear in their number.
///
/// Beyond these limits it returns no policy, and the file counts as not well-formed: 64 KiB ([`LARGEST`]), 16 levels of
/// elements, 32 attributes of an element, 64 namespaces, 10,000 elements, attributes, comments and texts together, and
/// 32,768 commas in attributes. No policy that [`write::flash`](crate::write::flash) writes exceeds one of them.
///
/// ```
/// use flash_policy::{Profile, parse};
///
/// let file = b"<cross-domain-policy>
///   <allow-access-from domain='*.example.com' to-ports='9339'/>
///   <allow-access-from domain='example.com'/>
/// </cross-domain-policy>";
/// let parsed = parse(file, Profile::Socket);
/// assert!(!parsed.is_faultless());
///
/// // The second rule grants nothing, because it has no ports. The first rule is not affected.
/// let policy = parsed.policy.ok_or("not a policy")?;
/// assert_eq!(policy.rules.len(), 1);
/// assert_eq!(policy.rules[0].domain.to_string(), "*.example.com");
///
/// // Locations are byte offsets in the file.
/// let domain = parsed.places.rules[0].domain;
/// assert_eq!(&file[domain.start..domain.end], b"*.example.com");
/// let ignored = parsed.places.ignored[0].domain;
/// assert_eq!(&file[ignored.start..ignored.end], b"example.com");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
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

/// The elements of a Flash policy, in the order of Adobe's definitions.
pub(crate) const FLASH_ELEMENTS: [&str; 4] = [
    "site-control",
    ALLOW_ACCESS_FROM,
    "allow-http-request-headers-from",
    "allow-access-from-identity",
];

/// The element that is a rule.
const ALLOW_ACCESS_FROM: &str = "allow-access-from";

/// The attribute of `<site-control>`.
pub(crate) const SITE_CONTROL: &str = "permitted-cross-domain-policies";

/// Reads a policy from the elements of a document.
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
        policy: Policy {
            profile,
            ..Policy::new()
        },
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
            if element.name == ALLOW_ACCESS_FROM {
                parser.places.ignored.extend(rule::places(element));
            }
        }
    }
    Understood {
        policy: Some(parser.policy),
        places: parser.places,
    }
}

/// Collects a policy and its faults, element by element.
struct PolicyParser<'a> {
    profile: Profile,
    policy: Policy,
    places: PolicyPlaces,
    faults: &'a mut PolicyFaults,
}

impl PolicyParser<'_> {
    /// Reads a child of the root.
    fn read(&mut self, index: usize, element: &Element) {
        let (profile, faults) = (self.profile, &mut *self.faults);
        match element.name.as_str() {
            ALLOW_ACCESS_FROM => {
                let rule = rule::read((index, element), profile, faults);
                match (rule, rule::places(element)) {
                    (Some(rule), Some(place)) => {
                        self.policy.rules.push(rule);
                        self.places.rules.push(place);
                    }
                    (_, place) => self.places.ignored.extend(place),
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
                let rule = header_rule::read((index, element), faults);
                self.policy.header_rules.extend(rule);
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
        // `none` is the greatest value. It wins, then the strictest.
        if known.is_none_or(|known| value > known) {
            *known = Some(value);
            *place = Some(attribute.value_span);
        }
    }
}

/// The index of the attribute that was probably intended as the one of `<site-control>`.
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

/// The meta-policy that a value means in the player, and whether this profile has the value.
///
/// Adobe's file specification says that the `by-…` values do not exist for sockets, but not what they do. As in the
/// open-source emulators, they mean `master-only`, and any other value means `none`.
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
