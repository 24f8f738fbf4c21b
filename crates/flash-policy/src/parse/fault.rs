//! The mistakes that a policy can contain, without messages.

use crate::document::{Attribute, Document, Element};
use crate::{PortRange, Span};

/// A mistake in a policy, in an element or one of its attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PolicyFault {
    /// What is wrong.
    pub(crate) kind: PolicyFaultKind,
    /// The index of the element in [`Document::elements`].
    pub(crate) element: usize,
    /// The index of the attribute in the element.
    pub(crate) attribute: Option<usize>,
}

/// The kinds of [`PolicyFault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "silverlight"),
    allow(dead_code, reason = "some are mistakes in a Silverlight policy")
)]
pub(crate) enum PolicyFaultKind {
    /// The root element is not the expected one.
    WrongRoot,
    /// An element that the format does not have. The names are those that it has.
    UnknownElement(&'static [&'static str]),
    /// An attribute that its element does not have. The names are those that it has.
    UnknownAttribute(&'static [&'static str]),
    /// An element of the format that is not directly inside the root.
    Nested,
    /// `<allow-http-request-headers-from>` in a socket policy.
    HeaderRule,
    /// `<allow-access-from-identity>` in a socket policy.
    IdentityRule,
    /// A header rule whose `domain` is missing, or matches nothing.
    HeaderDomain,
    /// A header rule whose `headers` is missing, or matches nothing.
    Headers,
    /// `domain` is missing. The attribute of the fault, if any, was probably intended as `domain`.
    DomainMissing,
    /// A `domain` that matches nothing.
    BadDomain,
    /// A `domain` that ends in a dot.
    TrailingDot,
    /// `to-ports` is missing. The attribute of the fault, if any, was probably intended as `to-ports`.
    PortsMissing,
    /// A `to-ports` that grants nothing.
    BadPorts,
    /// Whitespace in `to-ports`.
    WhitespaceInPorts,
    /// A `secure` that is neither `true` nor `false`.
    BadSecure,
    /// A `<site-control>` without its attribute. The attribute of the fault, if any, was probably intended as that.
    SiteControlMissing,
    /// A value that is not a meta-policy of this profile.
    BadSiteControl,
    /// A second `<site-control>`. The span is the value that applied before it.
    SiteControlTwice(Option<Span>),
    /// An element of a Silverlight policy in which this element is missing.
    ElementMissing(&'static str),
    /// An element of a Silverlight policy that belongs in this element.
    Misplaced(&'static str),
    /// `uri` is missing or matches nothing.
    BadUri,
    /// `port` is missing, or is neither a port nor a range.
    BadSocketPort,
    /// A `protocol` other than `tcp`.
    BadProtocol,
    /// A port that Silverlight does not connect to.
    PortOutOfRange(PortRange),
    /// A mistake in a `<resource>`.
    BadResource(ResourceFault),
    /// A namespace declaration in a Silverlight policy, by its index in the element.
    Namespace(usize),
}

/// What is wrong with a `<resource>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "silverlight"),
    allow(dead_code, reason = "a mistake in a Silverlight policy")
)]
pub(crate) enum ResourceFault {
    /// `path` is missing or empty.
    NoPath,
    /// `include-subpaths` is not a boolean.
    Subpaths,
    /// It has an end tag.
    NotEmpty,
}

impl PolicyFault {
    /// The element, in the document that has this fault.
    pub(crate) fn element(self, document: &Document) -> Option<&Element> {
        document.elements().get(self.element)
    }

    /// The attribute, in the document that has this fault.
    pub(crate) fn attribute(self, document: &Document) -> Option<&Attribute> {
        let index = self.attribute?;
        self.element(document)?.attributes.get(index)
    }
}

/// The faults found so far.
#[derive(Debug, Default)]
pub(crate) struct PolicyFaults(pub(crate) alloc::vec::Vec<PolicyFault>);

impl PolicyFaults {
    /// Adds a fault of an element.
    pub(crate) fn push(&mut self, element: usize, kind: PolicyFaultKind) {
        self.add(element, None, kind);
    }

    /// Adds a fault of an attribute, or of an element that has no such attribute.
    pub(crate) fn add(&mut self, element: usize, attribute: Option<usize>, kind: PolicyFaultKind) {
        self.0.push(PolicyFault {
            kind,
            element,
            attribute,
        });
    }
}
