//! Silverlight's policy document, for sockets only: parse and match.
//!
//! Source: `ClientAccessPolicyParser.cs` and `ClientAccessPolicy.cs` in Mono. A `socket-resource` with a port outside
//! 4502 to 4534 makes the whole file invalid. An unknown child element voids its `policy`.

use alloc::string::String;
use alloc::vec::Vec;

use crate::document::{self, Element};
use crate::origin::{Host, Origin, split_port};
use crate::write::SILVERLIGHT_PORTS;
use crate::{Port, PortRange};

/// What an `<access-policy>` grants.
#[derive(Clone, Debug, Default)]
pub(super) struct SilverlightGrants {
    policies: Vec<AccessEntry>,
}

/// One `<policy>`.
#[derive(Clone, Debug, Default)]
struct AccessEntry {
    void: bool,
    callers: Vec<AccessCaller>,
    ports: Vec<PortRange>,
}

/// One `<allow-from>`.
#[derive(Clone, Debug, Default)]
struct AccessCaller {
    void: bool,
    uris: Vec<String>,
}

impl SilverlightGrants {
    /// Whether one of the `<policy>` elements grants the connection. Without an origin, the caller is a local file.
    pub(super) fn grants(&self, origin: Option<&Origin>, port: Port) -> bool {
        let grants = |entry: &AccessEntry| {
            let mut callers = entry.callers.iter().filter(|caller| !caller.void);
            !entry.void
                && (entry.ports.iter()).any(|range| (range.low()..=range.high()).contains(&port))
                && callers.any(|caller| caller.uris.iter().any(|uri| admits(uri, origin)))
        };
        self.policies.iter().any(grants)
    }
}

/// An [`Origin`] has neither port nor path. A pattern with a port other than its scheme's default therefore matches
/// nothing here.
fn admits(uri: &str, origin: Option<&Origin>) -> bool {
    let (Some(origin), true) = (origin, uri != "*") else {
        return matches!(uri, "*" | "file:///") && (uri == "*" || origin.is_none());
    };
    let Some((scheme, rest)) = uri.split_once("://") else {
        return false;
    };
    let (host, port) = split_port(rest.strip_suffix('/').unwrap_or(rest));
    let default = match origin.scheme.as_str() {
        "https" => "443",
        _ => "80",
    };
    if !scheme.eq_ignore_ascii_case(origin.scheme.as_str()) || port.is_some_and(|p| p != default) {
        return false;
    }
    if matches!(host, "" | "*") {
        return true;
    }
    match (host.strip_prefix("*."), &origin.host) {
        (None, _) => host.parse::<Host>().is_ok_and(|host| host == origin.host),
        (Some(suffix), Host::Name(name)) => {
            let suffix = suffix.to_ascii_lowercase();
            name.as_str()
                .strip_suffix(suffix.as_str())
                .is_some_and(|head| head.is_empty() || head.ends_with('.'))
        }
        (Some(_), Host::Address(_)) => false,
    }
}

/// Parses a document. `None` if it is not a policy.
pub(super) fn read(bytes: &[u8]) -> Option<SilverlightGrants> {
    let document = document::read(bytes).0?;
    if document.root()?.name != "access-policy" {
        return None;
    }
    let mut policy = SilverlightGrants::default();
    let mut within = Vec::new();
    for element in document.elements().iter().skip(1) {
        within.truncate(element.depth.saturating_sub(1));
        let parent = within.last().copied().unwrap_or(AccessElement::Root);
        within.push(enter(parent, element, &mut policy.policies)?);
    }
    Some(policy)
}

#[derive(Clone, Copy)]
enum AccessElement {
    Root,
    Access,
    Policy,
    AllowFrom,
    GrantTo,
    Nothing,
}

/// Reads one element. `None` if it makes the file invalid.
fn enter(
    parent: AccessElement,
    element: &Element,
    policies: &mut Vec<AccessEntry>,
) -> Option<AccessElement> {
    let bare = element.attributes.is_empty();
    let name = element.name.as_str();
    if let (AccessElement::Access, "policy", true) = (parent, name, bare) {
        policies.push(AccessEntry::default());
        return Some(AccessElement::Policy);
    }
    let Some(entry) = policies.last_mut() else {
        let access = matches!(parent, AccessElement::Root) && name == "cross-domain-access";
        return Some(if access {
            AccessElement::Access
        } else {
            AccessElement::Nothing
        });
    };
    Some(match (parent, name) {
        (AccessElement::Root, "cross-domain-access") => AccessElement::Access,
        (AccessElement::Policy, "allow-from") => {
            entry.callers.push(AccessCaller {
                void: element.attributes.iter().any(is_unknown),
                uris: Vec::new(),
            });
            AccessElement::AllowFrom
        }
        (AccessElement::Policy, "grant-to") if bare => AccessElement::GrantTo,
        (AccessElement::Policy, "grant-to") => AccessElement::Nothing,
        (AccessElement::Policy, _) => {
            entry.void = true;
            AccessElement::Nothing
        }
        (AccessElement::AllowFrom, _) => {
            caller(element, entry.callers.last_mut()?);
            AccessElement::Nothing
        }
        (AccessElement::GrantTo, "socket-resource") => {
            resource(element, &mut entry.ports)?;
            AccessElement::Nothing
        }
        _ => AccessElement::Nothing,
    })
}

fn is_unknown(attribute: &document::Attribute) -> bool {
    !matches!(
        attribute.name.as_str(),
        "http-request-headers" | "http-methods"
    )
}

fn caller(element: &Element, caller: &mut AccessCaller) {
    if element.name != "domain" {
        caller.void = true;
    } else if let Some(uri) = element.attribute("uri") {
        caller.uris.push(uri.value.clone());
    }
}

fn resource(element: &Element, ports: &mut Vec<PortRange>) -> Option<()> {
    let value = |name| element.attribute(name).map(|found| found.value.as_str());
    if value("protocol") != Some("tcp") {
        return Some(());
    }
    let text = value("port")?;
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    let (low, high) = (port(low)?, port(high)?);
    // A reversed range contains no ports and does no harm.
    ports.extend(PortRange::new(low, high));
    Some(())
}

fn port(text: &str) -> Option<Port> {
    let number: u16 = text.trim().parse().ok()?;
    let (low, high) = SILVERLIGHT_PORTS;
    if !(low..=high).contains(&number) {
        return None;
    }
    Port::new(number).ok()
}
