//! Turns the mistakes that the policy parser reports into findings of the rules.

use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;

use super::PolicyKind;
use super::rules;
use crate::diagnostic::quoted;
use crate::document::{Attribute, Document, Element};
use crate::domain::{DomainErrorKind, placeholder};
use crate::parse::{PolicyFault, PolicyFaultKind as Fault};
use crate::policy::{HeaderSet, HeaderSetErrorKind};
use crate::ports::PortSetErrorKind;
use crate::silverlight::AccessLoss;
use crate::{Diagnostic, DomainPattern, PortSet, Profile, Severity};

/// The finding for a mistake in a document that was read as this kind of file.
pub(crate) fn finding(
    fault: PolicyFault,
    document: &Document,
    kind: PolicyKind,
) -> Option<Diagnostic> {
    let element = fault.element(document)?;
    let attribute = fault.attribute(document);
    Some(match fault.kind {
        Fault::WrongRoot => rules::wrong_root_element::found(element, kind),
        Fault::UnknownElement(known) => {
            let loss = AccessLoss::by_element(document, element);
            costing(loss, unknown_element(element, known), document, element)
        }
        Fault::UnknownAttribute(known) => {
            let loss = AccessLoss::by_attribute(element);
            let finding = unknown_attribute(element, attribute?, known);
            costing(loss, finding, document, element)
        }
        Fault::Nested => rules::nested_rule::found(element),
        Fault::HeaderRule => rules::header_rule_in_socket_policy::found(element),
        Fault::IdentityRule => rules::identity_rule_in_socket_policy::found(element),
        Fault::HeaderDomain => rules::invalid_header_rule_domain::found(element, attribute)?,
        Fault::Headers => headers(element, attribute)?,
        Fault::DomainMissing => rules::missing_domain::found(element, attribute),
        Fault::BadDomain => invalid_domain(attribute?)?,
        Fault::TrailingDot => rules::trailing_dot::find(attribute?)?,
        Fault::PortsMissing => rules::missing_to_ports::found(element, attribute),
        Fault::BadPorts => bad_ports(attribute?)?,
        Fault::WhitespaceInPorts => rules::whitespace_in_to_ports::find(attribute?)?,
        Fault::BadSecure => rules::invalid_secure::find(element)?,
        Fault::SiteControlMissing => rules::missing_site_control_value::found(element, attribute),
        Fault::BadSiteControl => invalid_site_control(attribute?, kind),
        Fault::SiteControlTwice(first) => rules::duplicate_site_control::found(element, first),
        Fault::ElementMissing(_)
        | Fault::Misplaced(_)
        | Fault::BadUri
        | Fault::BadSocketPort
        | Fault::BadProtocol
        | Fault::PortOutOfRange(_)
        | Fault::BadResource(_)
        | Fault::Namespace(_) => of_silverlight(fault, document, element)?,
    })
}

/// The finding for a mistake that only Silverlight policies have.
fn of_silverlight(
    fault: PolicyFault,
    document: &Document,
    element: &Element,
) -> Option<Diagnostic> {
    let named = |name| element.attribute(name);
    Some(match fault.kind {
        Fault::ElementMissing(expected) => {
            rules::silverlight_invalid_structure::found_missing(element, expected)
        }
        Fault::Misplaced(parent) => {
            let loss = AccessLoss::by_element(document, element);
            let finding = rules::silverlight_invalid_structure::found_misplaced(element, parent);
            costing(loss, finding, document, element)
        }
        Fault::BadResource(why) => {
            rules::silverlight_invalid_structure::found_resource(element, why)
        }
        Fault::BadUri => match named("uri") {
            Some(uri) => rules::silverlight_invalid_uri::found(uri),
            None => rules::silverlight_invalid_uri::found_missing(element),
        },
        Fault::BadSocketPort => rules::silverlight_invalid_ports::found(element, named("port")),
        Fault::BadProtocol => {
            rules::silverlight_invalid_protocol::found(element, named("protocol"))
        }
        Fault::PortOutOfRange(range) => {
            rules::silverlight_port_out_of_range::found(range, named("port")?.value_span)
        }
        Fault::Namespace(index) => {
            let namespace = element.namespaces.get(index)?;
            let loss = AccessLoss::by_namespace(element, namespace);
            let finding = rules::unknown_attribute::found_namespace(element, namespace);
            costing(loss, finding, document, element)
        }
        Fault::WrongRoot
        | Fault::UnknownElement(_)
        | Fault::UnknownAttribute(_)
        | Fault::Nested
        | Fault::HeaderRule
        | Fault::IdentityRule
        | Fault::HeaderDomain
        | Fault::Headers
        | Fault::DomainMissing
        | Fault::BadDomain
        | Fault::TrailingDot
        | Fault::PortsMissing
        | Fault::BadPorts
        | Fault::WhitespaceInPorts
        | Fault::BadSecure
        | Fault::SiteControlMissing
        | Fault::BadSiteControl
        | Fault::SiteControlTwice(_) => return None,
    })
}

/// The finding for what a part of a Silverlight policy is ignored for. In other files, nothing is.
fn costing(
    loss: AccessLoss,
    finding: Diagnostic,
    document: &Document,
    element: &Element,
) -> Diagnostic {
    let note = loss.note(document, element);
    let Some(note) = note.filter(|_| is_silverlight(document)) else {
        return finding;
    };
    let mut finding = finding;
    finding.severity = Severity::Error;
    finding.notes = Vec::from([note]);
    finding
}

fn is_silverlight(document: &Document) -> bool {
    document
        .root()
        .is_some_and(|root| root.name == "access-policy")
}

fn unknown_element(element: &Element, known: &[&'static str]) -> Diagnostic {
    match rules::wrong_case::known_as(&element.name, known) {
        Some(name) => rules::wrong_case::found(&element.name, element.name_span(), name),
        None => rules::unknown_element::found(element, known),
    }
}

fn unknown_attribute(
    element: &Element,
    attribute: &Attribute,
    known: &[&'static str],
) -> Diagnostic {
    match rules::wrong_case::known_as(&attribute.name, known) {
        Some(name) => rules::wrong_case::found(&attribute.name, attribute.span, name),
        None => rules::unknown_attribute::found(element, attribute, known),
    }
}

fn invalid_site_control(attribute: &Attribute, kind: PolicyKind) -> Diagnostic {
    let profile = match kind {
        PolicyKind::Url => Profile::Url,
        PolicyKind::Socket | PolicyKind::Silverlight => Profile::Socket,
    };
    let value = &attribute.value;
    let message = match value.as_str() {
        "by-content-type" | "by-ftp-filename" => {
            format!("`{value}` is for HTTP and FTP, not for sockets")
        }
        "none-this-response" => {
            format!("`{value}` is a value of an HTTP header, not of a policy file")
        }
        _ => format!("{} is not a meta-policy", quoted(value)),
    };
    rules::invalid_site_control::found(attribute, message, profile)
}

fn invalid_domain(attribute: &Attribute) -> Option<Diagnostic> {
    let error = attribute.value.parse::<DomainPattern>().err()?;
    let note = if matches!(error.kind, DomainErrorKind::International { .. }) {
        "players compare ASCII names; this rule matches no movie"
    } else {
        "the rule matches no movie"
    };
    let finding = error.lint_rule().finding(error.to_string());
    let finding = finding.at(attribute.place(&error.range), "").note(note);
    Some(finding.help(error.help()))
}

fn headers(element: &Element, attribute: Option<&Attribute>) -> Option<Diagnostic> {
    let Some(attribute) = attribute else {
        return Some(rules::missing_headers::found(element.tag));
    };
    let error = attribute.value.parse::<HeaderSet>().err()?;
    Some(if error.kind == HeaderSetErrorKind::Empty {
        rules::missing_headers::found(attribute.span)
    } else {
        rules::invalid_headers::found(attribute, &error)
    })
}

fn bad_ports(attribute: &Attribute) -> Option<Diagnostic> {
    let error = attribute.value.parse::<PortSet>().err()?;
    let place = attribute.place(&error.range);
    if placeholder::is_in(&attribute.value) {
        let place = attribute.value_span;
        let message = "expected ports, found a placeholder".to_string();
        return Some(rules::template_placeholder::found(message, place, "ports"));
    }
    let rule = match error.kind {
        PortSetErrorKind::Empty => &rules::empty_to_ports::RULE,
        PortSetErrorKind::WildcardInList => &rules::wildcard_in_port_list::RULE,
        PortSetErrorKind::Zero
        | PortSetErrorKind::TooLarge
        | PortSetErrorKind::Reversed
        | PortSetErrorKind::OpenRange => &rules::invalid_port_range::RULE,
        PortSetErrorKind::EmptyItem
        | PortSetErrorKind::NotANumber
        | PortSetErrorKind::Everything
        | PortSetErrorKind::Dash(_)
        | PortSetErrorKind::Quote(_)
        | PortSetErrorKind::Unseen(_)
        | PortSetErrorKind::Letter(_) => &rules::invalid_to_ports::RULE,
    };
    let finding = rule.finding(error.to_string()).at(place, "");
    let finding = finding.note("the rule grants nothing");
    Some(finding.help(error.help()))
}
