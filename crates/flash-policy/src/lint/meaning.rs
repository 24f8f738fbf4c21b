//! What is said of each fault of a policy: from the parser's faults to findings of the rules.

use alloc::format;
use alloc::string::{String, ToString as _};

use super::Kind;
use super::rules;
use crate::diagnostic::quoted;
use crate::document::{Attribute, Document, Element};
use crate::domain::{DomainError, DomainErrorKind, placeholder};
use crate::parse::{PolicyFault, PolicyFaultKind as Fault};
use crate::ports::{PortSetError, PortSetErrorKind};
use crate::{Diagnostic, DomainPattern, PortSet, Profile};

/// The finding for a fault of a document that was read as this kind of file.
pub(crate) fn finding(fault: PolicyFault, document: &Document, kind: Kind) -> Option<Diagnostic> {
    let element = fault.element(document)?;
    let attribute = fault.attribute(document);
    of_element(fault.kind, element, attribute, kind)
        .or_else(|| of_value(fault.kind, attribute?, kind))
        .or_else(|| of_silverlight(fault.kind, element))
}

/// An element that is another than the format has, stands elsewhere, or lacks something.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others are worded by the functions below"
)]
fn of_element(
    fault: Fault,
    element: &Element,
    attribute: Option<&Attribute>,
    kind: Kind,
) -> Option<Diagnostic> {
    Some(match fault {
        Fault::WrongRoot if kind == Kind::Silverlight => {
            rules::wrong_root::found_for_silverlight(element)
        }
        Fault::WrongRoot => rules::wrong_root::found(element),
        Fault::UnknownElement(known) => match rules::wrong_case::known_as(&element.name, known) {
            Some(name) => rules::wrong_case::found(&element.name, element.name_span(), name),
            None => rules::unknown_element::found(element, known),
        },
        Fault::UnknownAttribute(known) => {
            let attribute = attribute?;
            match rules::wrong_case::known_as(&attribute.name, known) {
                Some(name) => rules::wrong_case::found(&attribute.name, attribute.span, name),
                None => rules::unknown_attribute::found(element, attribute, known),
            }
        }
        Fault::Nested => rules::nested_rule::found(element),
        Fault::HeaderRule => rules::header_rule_in_socket_policy::found(element),
        Fault::IdentityRule => rules::identity_rule_in_socket_policy::found(element),
        Fault::DomainMissing => rules::missing_domain::found(element, attribute),
        Fault::PortsMissing => rules::missing_to_ports::found(element, attribute),
        Fault::SiteControlMissing => rules::site_control_without_value::found(element, attribute),
        Fault::SiteControlTwice(first) => rules::site_control_twice::found(element, first),
        Fault::BadSecure => return rules::bad_secure::find(element),
        _ => return None,
    })
}

/// A value that a Flash policy can't have, or should not.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others are worded by its neighbours"
)]
fn of_value(fault: Fault, attribute: &Attribute, kind: Kind) -> Option<Diagnostic> {
    let profile = match kind {
        Kind::Url => Profile::Url,
        Kind::Socket | Kind::Silverlight => Profile::Socket,
    };
    match fault {
        Fault::BadDomain => {
            let error = attribute.value.parse::<DomainPattern>().err()?;
            Some(bad_domain(&error, attribute))
        }
        Fault::BadPorts => {
            let error = attribute.value.parse::<PortSet>().err()?;
            Some(bad_ports(&error, attribute))
        }
        Fault::TrailingDot => rules::trailing_dot::find(attribute),
        Fault::WhitespaceInPorts => rules::blanks_in_to_ports::find(attribute),
        Fault::BadSiteControl => {
            let message = site_control(&attribute.value);
            Some(rules::bad_site_control::found(attribute, message, profile))
        }
        _ => None,
    }
}

/// What only a Silverlight policy can have wrong.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others are worded by the functions above"
)]
fn of_silverlight(fault: Fault, element: &Element) -> Option<Diagnostic> {
    let named = |name| element.attribute(name);
    Some(match fault {
        Fault::ElementMissing(expected) => {
            rules::silverlight_structure::found_missing(element, expected)
        }
        Fault::Misplaced(parent) => rules::silverlight_structure::found_misplaced(element, parent),
        Fault::BadUri => match named("uri") {
            Some(uri) => rules::silverlight_bad_uri::found(uri),
            None => rules::silverlight_bad_uri::found_missing(element),
        },
        Fault::BadSocketPort => rules::silverlight_bad_ports::found(element, named("port")),
        Fault::BadProtocol => rules::silverlight_bad_protocol::found(element, named("protocol")),
        Fault::PortOutOfRange(range) => {
            rules::silverlight_port_out_of_range::found(range, named("port")?.value_span)
        }
        _ => return None,
    })
}

fn site_control(value: &str) -> String {
    match value {
        "by-content-type" | "by-ftp-filename" => {
            format!("`{value}` means something for HTTP and FTP only, not for sockets")
        }
        "none-this-response" => {
            format!("`{value}` is a value of an HTTP header, not of a policy file")
        }
        _ => format!("{} is no meta-policy", quoted(value)),
    }
}

fn bad_domain(error: &DomainError, attribute: &Attribute) -> Diagnostic {
    let note = if matches!(error.kind, DomainErrorKind::International { .. }) {
        "players compare ASCII names; this rule matches no movie"
    } else {
        "the rule matches no movie in the player"
    };
    error
        .lint_rule()
        .finding(error.to_string())
        .at(attribute.place(&error.range), "")
        .note(note)
        .help(error.help())
}

fn bad_ports(error: &PortSetError, attribute: &Attribute) -> Diagnostic {
    let place = attribute.place(&error.range);
    if placeholder::is_in(&attribute.value) {
        let place = attribute.value_span;
        let message = "expected ports, found a placeholder".to_string();
        return rules::template_placeholder::found(message, place, "ports");
    }
    let rule = match error.kind {
        PortSetErrorKind::Empty => &rules::empty_to_ports::RULE,
        PortSetErrorKind::WildcardInList => &rules::wildcard_in_port_list::RULE,
        PortSetErrorKind::Zero
        | PortSetErrorKind::TooLarge
        | PortSetErrorKind::Reversed
        | PortSetErrorKind::OpenRange => &rules::bad_port_range::RULE,
        PortSetErrorKind::EmptyItem
        | PortSetErrorKind::NotANumber
        | PortSetErrorKind::Everything
        | PortSetErrorKind::Dash(_)
        | PortSetErrorKind::Quote(_)
        | PortSetErrorKind::Unseen(_)
        | PortSetErrorKind::Letter(_) => &rules::bad_to_ports::RULE,
    };
    rule.finding(error.to_string())
        .at(place, "")
        .note("the rule grants nothing in the player")
        .help(error.help())
}
