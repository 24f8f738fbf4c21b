//! From a document to a [`Policy`], with every fault and its place.
//!
//! Once the XML is well-formed, nothing stops the reader: what is wrong is reported and left out, the rest is read.
//! Whatever fails in the player is an error here. What works but is likely not meant is [`lint`](fn@crate::lint)'s.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::diagnostic::{any_error, quoted};
use crate::document::{self, Attribute, Document, Element};
use crate::findings::Findings;
use crate::lint::{Kind, rules, source};
use crate::{Diagnostic, Policy, SiteControl, Span};

mod rule;
pub(crate) mod structure;

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
    pub(crate) places: Places,
}

/// What came of reading a file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Parsed {
    /// The policy as the player understands it; none where the player would refuse the whole file.
    pub policy: Option<Policy>,
    /// Where the parts of the policy stand.
    pub places: Places,
    /// What is wrong, in the order of the file.
    pub findings: Vec<Diagnostic>,
}

/// Where the parts of a policy stand in its file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Places {
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
    /// Whether a finding is an error: the file, or a rule in it, fails in the player.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        any_error(&self.findings)
    }
}

/// Reads a policy file.
#[must_use]
pub fn parse(bytes: &[u8], profile: Profile) -> Parsed {
    let (document, faults) = document::read(bytes);
    let mut findings = Findings::default();
    findings.extend(source::findings(&faults, bytes, Kind::Socket));
    let understood = document
        .map(|document| understand(&document, profile, &mut findings))
        .unwrap_or_default();
    Parsed {
        policy: understood.policy,
        places: understood.places,
        findings: findings.into_parts().0,
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
    findings: &mut Findings,
) -> Understood {
    let mut understood = Understood::default();
    let Some(root) = document.root() else {
        return understood;
    };
    if root.name != "cross-domain-policy" {
        findings.push(rules::wrong_root::found(root));
        return understood;
    }
    understood.places.root = Some(root.tag);
    structure::root_attributes(root, findings);
    let mut policy = Policy::default();
    for element in document.elements().iter().skip(1) {
        if element.depth == 1 {
            read_element(
                element,
                profile,
                (&mut policy, &mut understood.places),
                findings,
            );
        } else {
            structure::nested(element, document, profile, findings);
        }
    }
    understood.policy = Some(policy);
    understood
}

fn read_element(
    element: &Element,
    profile: Profile,
    (policy, places): (&mut Policy, &mut Places),
    findings: &mut Findings,
) {
    match element.name.as_str() {
        "allow-access-from" => {
            if let Some((rule, place)) = rule::read(element, profile, findings) {
                policy.rules.push(rule);
                places.rules.push(place);
            }
        }
        "site-control" => read_site_control(element, profile, (policy, places), findings),
        "allow-http-request-headers-from" if profile == Profile::Socket => {
            findings.push(rules::header_rule_in_socket_policy::found(element));
        }
        "allow-access-from-identity" if profile == Profile::Socket => {
            findings.push(rules::identity_rule_in_socket_policy::found(element));
        }
        "allow-http-request-headers-from" => {
            structure::unknown_attributes(
                element,
                &["domain", "headers", "secure"],
                |_| false,
                findings,
            );
            findings.extend(rules::bad_secure::find(element));
        }
        "allow-access-from-identity" => {}
        _ => structure::unknown_element(element, &FLASH_ELEMENTS, findings),
    }
}

fn read_site_control(
    element: &Element,
    profile: Profile,
    (policy, places): (&mut Policy, &mut Places),
    findings: &mut Findings,
) {
    let misspelt = rules::site_control_without_value::misspelt(element);
    let is_told = |attribute: &Attribute| misspelt.is_some_and(|told| told.span == attribute.span);
    structure::unknown_attributes(element, &[SITE_CONTROL], is_told, findings);
    let Some(attribute) = element.attribute(SITE_CONTROL) else {
        findings.push(rules::site_control_without_value::found(element, misspelt));
        return;
    };
    let (value, fault) = site_control(&attribute.value, profile);
    let fault = fault.map(|message| rules::bad_site_control::found(attribute, message, profile));
    findings.extend(fault);
    if policy.site_control.is_some() {
        findings.push(rules::site_control_twice::found(
            element,
            places.site_control,
        ));
    }
    // `None` is the greatest value: it wins, then the strictest.
    if policy.site_control.is_none_or(|known| value > known) {
        policy.site_control = Some(value);
        places.site_control = Some(attribute.value_span);
    }
}

/// The meta-policy that a value has in the player, and what is wrong with it.
///
/// Adobe's file specification says that the `by-…` values do not exist for sockets and gives no effect; they are
/// taken for `master-only`, and any other value for `none`, as the emulators do whose source is public.
fn site_control(value: &str, profile: Profile) -> (SiteControl, Option<String>) {
    match value {
        "all" => (SiteControl::All, None),
        "master-only" => (SiteControl::MasterOnly, None),
        "none" => (SiteControl::None, None),
        "by-content-type" | "by-ftp-filename" => {
            let fault =
                || format!("`{value}` means something for HTTP and FTP only, not for sockets");
            let fault = (profile == Profile::Socket).then(fault);
            (SiteControl::MasterOnly, fault)
        }
        "none-this-response" => (
            SiteControl::None,
            Some(format!(
                "`{value}` is a value of an HTTP header, not of a policy file"
            )),
        ),
        _ => (
            SiteControl::None,
            Some(format!("{} is no meta-policy", quoted(value))),
        ),
    }
}
