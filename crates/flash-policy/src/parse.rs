//! From a document to a [`Policy`], with every fault and its place.
//!
//! Once the XML is well-formed, nothing stops the reader: what is wrong is reported and left out, the rest is read.
//! Whatever fails in the player is an error here. What works but is likely not meant is [`lint`](fn@crate::lint)'s.

use alloc::format;
use alloc::vec::Vec;

use crate::diagnostic::{any_error, quoted};
use crate::document::{self, Document, Element};
use crate::{Diagnostic, Policy, SiteControl, Span};

mod rule;
mod structure;

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
    /// The whole tag.
    pub tag: Span,
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
    let (document, findings) = document::read(bytes);
    let mut parsed = Parsed {
        findings,
        ..Parsed::default()
    };
    if let Some(document) = document {
        read_root(&document, profile, &mut parsed);
    }
    parsed
}

fn read_root(document: &Document, profile: Profile, parsed: &mut Parsed) {
    let Some(root) = document.root() else { return };
    if root.name != "cross-domain-policy" {
        parsed.findings.push(structure::wrong_root(root));
        return;
    }
    parsed.places.root = Some(root.tag);
    structure::root_attributes(root, &mut parsed.findings);
    let mut policy = Policy::default();
    for element in document.elements().iter().skip(1) {
        if element.depth == 1 {
            read_element(element, profile, &mut policy, parsed);
        } else if element.name == "allow-access-from" {
            parsed.findings.push(structure::nested_rule(element));
        }
    }
    parsed.policy = Some(policy);
}

fn read_element(element: &Element, profile: Profile, policy: &mut Policy, parsed: &mut Parsed) {
    match element.name.as_str() {
        "allow-access-from" => {
            if let Some((rule, places)) = rule::read(element, profile, &mut parsed.findings) {
                policy.rules.push(rule);
                parsed.places.rules.push(places);
            }
        }
        "site-control" => read_site_control(element, policy, parsed),
        "allow-http-request-headers-from" if profile == Profile::Socket => {
            parsed.findings.push(structure::header_rule(element));
        }
        "allow-access-from-identity" if profile == Profile::Socket => {
            parsed.findings.push(structure::identity_rule(element));
        }
        "allow-http-request-headers-from" | "allow-access-from-identity" => {}
        _ => parsed.findings.push(structure::unknown_element(element)),
    }
}

const SITE_CONTROL: &str = "permitted-cross-domain-policies";

fn read_site_control(element: &Element, policy: &mut Policy, parsed: &mut Parsed) {
    structure::unknown_attributes(element, &[SITE_CONTROL], &mut parsed.findings);
    let Some(attribute) = element.attribute(SITE_CONTROL) else {
        parsed.findings.push(
            Diagnostic::error(
                "site-control-without-value",
                format!("expected `{SITE_CONTROL}`, found none"),
            )
            .at(element.tag, "")
            .help(format!(
                "write `<site-control {SITE_CONTROL}=\"master-only\"/>`, or remove the element"
            )),
        );
        return;
    };
    let (value, finding) = site_control(&attribute.value);
    parsed
        .findings
        .extend(finding.map(|finding| finding.at(attribute.value_span, "")));
    if policy.site_control.is_some() {
        parsed.findings.push(
            Diagnostic::error(
                "site-control-twice",
                "expected one `<site-control>`, found another",
            )
            .at(element.tag, "")
            .note("of several, `none` wins, then the strictest; some clients refuse the file")
            .help("keep one"),
        );
    }
    // `None` is the greatest value: it wins, then the strictest.
    if policy.site_control.is_none_or(|known| value > known) {
        policy.site_control = Some(value);
        parsed.places.site_control = Some(attribute.value_span);
    }
}

/// The meta-policy that a value has in the player, and what is wrong with it.
///
/// Adobe's file specification says that the `by-…` values do not exist for sockets and gives no effect; they are
/// taken for `master-only`, and any other value for `none`, as the emulators do whose source is public.
fn site_control(value: &str) -> (SiteControl, Option<Diagnostic>) {
    let help = "write `all`, `master-only` or `none`";
    let bad = |message| Some(Diagnostic::error("bad-site-control", message).help(help));
    match value {
        "all" => (SiteControl::All, None),
        "master-only" => (SiteControl::MasterOnly, None),
        "none" => (SiteControl::None, None),
        "by-content-type" | "by-ftp-filename" => (
            SiteControl::MasterOnly,
            bad(format!(
                "`{value}` means something for HTTP and FTP only, not for sockets"
            )),
        ),
        "none-this-response" => (
            SiteControl::None,
            bad(format!(
                "`{value}` is a value of an HTTP header, not of a policy file"
            )),
        ),
        _ => (
            SiteControl::None,
            bad(format!("{} is no meta-policy", quoted(value))),
        ),
    }
}
