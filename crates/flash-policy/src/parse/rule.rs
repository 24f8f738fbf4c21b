//! One `<allow-access-from>`: its three attributes, and what each may hold.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::{Profile, RulePlaces, structure};
use crate::diagnostic::quoted;
use crate::document::{Attribute, Element};
use crate::domain::{DomainError, DomainErrorKind};
use crate::ports::{self, PortSetError, PortSetErrorKind};
use crate::{Diagnostic, DomainPattern, PortSet, Rule, Secure};

/// Reads a rule; none where it grants nothing in the player, and then a finding says why.
pub(super) fn read(
    element: &Element,
    profile: Profile,
    findings: &mut Vec<Diagnostic>,
) -> Option<(Rule, RulePlaces)> {
    structure::unknown_attributes(element, &["domain", "to-ports", "secure"], findings);
    let domain = read_domain(element, findings);
    let ports = read_ports(element, profile, findings);
    let secure = read_secure(element, findings);
    let rule = Rule {
        domain: domain?,
        ports: ports?,
        secure: secure?,
    };
    let value_span = |name| {
        element
            .attribute(name)
            .map(|attribute| attribute.value_span)
    };
    let places = RulePlaces {
        tag: element.tag,
        domain: value_span("domain")?,
        to_ports: value_span("to-ports"),
        secure: value_span("secure"),
    };
    Some((rule, places))
}

fn read_domain(element: &Element, findings: &mut Vec<Diagnostic>) -> Option<DomainPattern> {
    let Some(attribute) = element.attribute("domain") else {
        findings.push(
            Diagnostic::error(
                "missing-domain",
                "expected `domain`, found none: the rule grants nothing",
            )
            .at(element.tag, "")
            .help("write `domain=\"www.example.com\"`, the host that the movie is loaded from"),
        );
        return None;
    };
    match attribute.value.parse() {
        Ok(domain) => {
            findings.extend(trailing_dot(attribute));
            Some(domain)
        }
        Err(error) => {
            findings.push(bad_domain(&error, attribute));
            None
        }
    }
}

fn bad_domain(error: &DomainError, attribute: &Attribute) -> Diagnostic {
    let place = attribute.place(&error.range);
    let finding = if matches!(error.kind, DomainErrorKind::International { .. }) {
        Diagnostic::warning(error.rule(), error.to_string())
            .note("players compare ASCII names; this rule matches no movie")
    } else {
        Diagnostic::error(error.rule(), error.to_string())
            .note("the rule matches no movie in the player")
    };
    finding.at(place, "").help(error.help())
}

fn trailing_dot(attribute: &Attribute) -> Option<Diagnostic> {
    let end = attribute.value.len();
    attribute.value.ends_with('.').then(|| {
        Diagnostic::warning("trailing-dot", "found a dot at the end of a domain")
            .at(attribute.place(&(end - 1..end)), "")
            .note("whether players match such a name is not known")
            .help("remove the dot")
    })
}

fn read_ports(
    element: &Element,
    profile: Profile,
    findings: &mut Vec<Diagnostic>,
) -> Option<PortSet> {
    if profile == Profile::Url {
        return Some(PortSet::All);
    }
    let Some(attribute) = element.attribute("to-ports") else {
        findings.push(
            Diagnostic::error(
                "missing-to-ports",
                "expected `to-ports`, found none: the rule grants nothing",
            )
            .at(element.tag, "")
            .note("in a socket policy every rule must say which ports it is for")
            .help("add the ports that the movie connects to, as in `to-ports=\"9339,9400-9410\"`"),
        );
        return None;
    };
    match attribute.value.parse() {
        Ok(ports) => {
            findings.extend(blanks(attribute));
            Some(ports)
        }
        Err(error) => {
            findings.push(bad_ports(&error, attribute));
            None
        }
    }
}

fn bad_ports(error: &PortSetError, attribute: &Attribute) -> Diagnostic {
    let placeholder = attribute.value.contains(['%', '{', '}', '$']);
    let rule = match error.kind {
        PortSetErrorKind::NotANumber if placeholder => "template-placeholder",
        PortSetErrorKind::Empty => "empty-to-ports",
        PortSetErrorKind::WildcardInList => "wildcard-in-port-list",
        PortSetErrorKind::Zero
        | PortSetErrorKind::TooLarge
        | PortSetErrorKind::Reversed
        | PortSetErrorKind::OpenRange => "bad-port-range",
        PortSetErrorKind::EmptyItem | PortSetErrorKind::NotANumber => "bad-to-ports",
    };
    let help = if rule == "template-placeholder" {
        "put the real ports in its place: this looks like a template that nobody filled in"
    } else {
        error.help()
    };
    Diagnostic::error(rule, error.to_string())
        .at(attribute.place(&error.range), "")
        .note("the rule grants nothing in the player")
        .help(help)
}

fn blanks(attribute: &Attribute) -> Option<Diagnostic> {
    let at = attribute.value.find(ports::BLANKS)?;
    Some(
        Diagnostic::warning("blanks-in-to-ports", "found a blank in a list of ports")
            .at(attribute.place(&(at..at + 1)), "")
            .note("the format does not mention blanks; some clients stop reading there")
            .help("remove the blanks"),
    )
}

fn read_secure(element: &Element, findings: &mut Vec<Diagnostic>) -> Option<Secure> {
    let Some(attribute) = element.attribute("secure") else {
        return Some(Secure::Any);
    };
    match attribute.value.as_str() {
        "true" => Some(Secure::HttpsOnly),
        "false" => Some(Secure::Any),
        other => {
            findings.push(
                Diagnostic::error("bad-secure", format!("expected `true` or `false`, found {}", quoted(other)))
                    .at(attribute.value_span, "")
                    .note("what players make of another value is not known; the rule is taken to grant nothing")
                    .help("write `secure=\"true\"` to admit only movies loaded over HTTPS, or leave it out"),
            );
            None
        }
    }
}
