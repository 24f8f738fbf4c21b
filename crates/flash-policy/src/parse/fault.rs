//! What can be wrong with the meaning of a policy: a closed list, without words.

use crate::document::{Attribute, Document, Element};
use crate::{PortRange, Span};

/// One fault of a policy. It is about an element, and perhaps one attribute of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyFault {
    /// What is wrong.
    pub kind: PolicyFaultKind,
    /// The index of the element in [`Document::elements`].
    pub element: usize,
    /// The index of the attribute in it.
    pub attribute: Option<usize>,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyFaultKind {
    /// The root is another element.
    WrongRoot,
    /// An element that the format does not have; these it has.
    UnknownElement(&'static [&'static str]),
    /// An attribute that its element does not have; these it has.
    UnknownAttribute(&'static [&'static str]),
    /// An element of the format in another than the root.
    Nested,
    /// `<allow-http-request-headers-from>` in a socket policy.
    HeaderRule,
    /// `<allow-access-from-identity>` in a socket policy.
    IdentityRule,
    /// No `domain`. The attribute is perhaps meant.
    DomainMissing,
    /// A `domain` that matches nothing.
    BadDomain,
    /// A `domain` that ends in a dot.
    TrailingDot,
    /// No `to-ports`. The attribute is perhaps meant.
    PortsMissing,
    /// A `to-ports` that grants nothing.
    BadPorts,
    /// Spaces in `to-ports`.
    WhitespaceInPorts,
    /// A `secure` that is neither `true` nor `false`.
    BadSecure,
    /// A `<site-control>` that says nothing. The attribute is perhaps meant.
    SiteControlMissing,
    /// A value that is not a meta-policy of this profile.
    BadSiteControl,
    /// A second `<site-control>`, and the value that counts so far.
    SiteControlTwice(Option<Span>),
    /// An element of a Silverlight policy without this one in it.
    ElementMissing(&'static str),
    /// An element of a Silverlight policy that belongs into this one.
    Misplaced(&'static str),
    /// No `uri`, or one that matches nothing.
    BadUri,
    /// No `port`, or one that is no port and no range.
    BadSocketPort,
    /// Another `protocol` than `tcp`.
    BadProtocol,
    /// A port that Silverlight does not connect to.
    PortOutOfRange(PortRange),
}

impl PolicyFault {
    /// The element, in the document that has the fault.
    #[must_use]
    pub fn element(self, document: &Document) -> Option<&Element> {
        document.elements().get(self.element)
    }

    /// The attribute, in the document that has the fault.
    #[must_use]
    pub fn attribute(self, document: &Document) -> Option<&Attribute> {
        let index = self.attribute?;
        self.element(document)?.attributes.get(index)
    }
}

/// Faults, as they are found.
#[derive(Debug, Default)]
pub(crate) struct PolicyFaults(pub(crate) alloc::vec::Vec<PolicyFault>);

impl PolicyFaults {
    /// Adds a fault of an element.
    pub(crate) fn push(&mut self, element: usize, kind: PolicyFaultKind) {
        self.add(element, None, kind);
    }

    /// Adds a fault of an attribute, or of an element that lacks it.
    pub(crate) fn add(&mut self, element: usize, attribute: Option<usize>, kind: PolicyFaultKind) {
        self.0.push(PolicyFault {
            kind,
            element,
            attribute,
        });
    }
}
