//! Names the first mistake in a text that must be a policy.
//!
//! The linter has longer messages, with help. These are for a program without it.

use core::fmt;

use super::fault::{PolicyFault, PolicyFaultKind as Fault, PolicyFaults};
use crate::document::{Document, FileFault, LARGEST, SourceFaults};
use crate::domain::DomainError;
use crate::ports::PortSetError;
use crate::{DomainPattern, PortSet};

/// What is wrong first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum FirstMistake {
    Words(&'static str),
    TooLarge,
    Domain(DomainError),
    Ports(PortSetError),
}

impl FirstMistake {
    /// Finds it, and the byte where it starts.
    pub(super) fn find(
        source: &SourceFaults,
        document: Option<&Document>,
        faults: &PolicyFaults,
    ) -> (usize, Self) {
        let in_file = source.file.iter().map(in_file);
        let in_xml = source.syntax.iter().map(|fault| {
            let words = "it is not well-formed XML, or exceeds a limit of the parser";
            (fault.span.start, Self::Words(words))
        });
        let in_policy = document
            .into_iter()
            .flat_map(|document| faults.0.iter().map(|fault| in_policy(document, *fault)));
        in_file
            .chain(in_xml)
            .chain(in_policy)
            .min_by_key(|(at, _)| *at)
            .unwrap_or((0, Self::Words("it is not a policy")))
    }
}

fn in_file(fault: &FileFault) -> (usize, FirstMistake) {
    let (at, words) = match fault {
        FileFault::TooLarge => return (0, FirstMistake::TooLarge),
        FileFault::Empty => (0, "it is empty"),
        FileFault::OnlyWhitespace => (0, "it has only whitespace"),
        FileFault::ByteOrderMark => (0, "it starts with a byte order mark"),
        FileFault::WhitespaceBeforeDeclaration(span) => {
            (span.start, "whitespace before the XML declaration")
        }
        FileFault::NulAtEnd(span) => (span.start, "a NUL after the document"),
        FileFault::NulInside(span) => (span.start, "a NUL inside the document"),
        FileFault::Utf16(span) | FileFault::LengthPrefix(span) | FileFault::NotUtf8(span) => {
            (span.start, NOT_UTF_8)
        }
        FileFault::Utf32 => (0, NOT_UTF_8),
    };
    (at, FirstMistake::Words(words))
}

const NOT_UTF_8: &str = "it is not UTF-8";

fn in_policy(document: &Document, fault: PolicyFault) -> (usize, FirstMistake) {
    let element = fault.element(document);
    let attribute = fault.attribute(document);
    let start = match (fault.kind, attribute) {
        (Fault::UnknownAttribute(_), Some(attribute)) => attribute.span.start,
        (_, Some(attribute)) => attribute.value_span.start,
        (_, None) => element.map_or(0, |element| element.tag.start),
    };
    let mistake = attribute.and_then(|attribute| in_value(fault.kind, &attribute.value));
    let words = || FirstMistake::Words(words(fault.kind));
    (start, mistake.unwrap_or_else(words))
}

/// What is wrong in a value that has an error of its own.
fn in_value(kind: Fault, value: &str) -> Option<FirstMistake> {
    if kind == Fault::BadDomain {
        let error = value.parse::<DomainPattern>().err()?;
        return Some(FirstMistake::Domain(error));
    }
    if kind == Fault::BadPorts {
        let error = value.parse::<PortSet>().err()?;
        return Some(FirstMistake::Ports(error));
    }
    None
}

fn words(kind: Fault) -> &'static str {
    match kind {
        Fault::WrongRoot => "the root element is not `<cross-domain-policy>`",
        Fault::UnknownElement(_) => "an element that a policy does not have",
        Fault::UnknownAttribute(_) => "an attribute that its element does not have",
        Fault::Nested => "an element that is not directly inside `<cross-domain-policy>`",
        Fault::HeaderRule | Fault::IdentityRule | Fault::HeaderDomain | Fault::Headers => {
            "an element that a socket policy does not have"
        }
        Fault::DomainMissing => "`domain` is missing",
        Fault::BadDomain => "`domain` matches nothing",
        Fault::TrailingDot => "`domain` ends in a dot",
        Fault::PortsMissing => "`to-ports` is missing",
        Fault::BadPorts => "`to-ports` grants nothing",
        Fault::WhitespaceInPorts => "`to-ports` contains whitespace",
        Fault::BadSecure => "`secure` is neither `true` nor `false`",
        Fault::SiteControlMissing => "`permitted-cross-domain-policies` is missing",
        Fault::BadSiteControl => "the value is not a meta-policy for sockets",
        Fault::SiteControlTwice(_) => "a second `<site-control>`",
        Fault::ElementMissing(_)
        | Fault::Misplaced(_)
        | Fault::BadUri
        | Fault::BadResource(_)
        | Fault::Namespace(_)
        | Fault::BadSocketPort
        | Fault::BadProtocol
        | Fault::PortOutOfRange(_) => "it is not a Flash policy",
    }
}

impl fmt::Display for FirstMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words) => f.write_str(words),
            Self::TooLarge => write!(f, "it has more than {LARGEST} bytes"),
            Self::Domain(error) => error.fmt(f),
            Self::Ports(error) => error.fmt(f),
        }
    }
}
