//! How much of a Silverlight policy a mistake costs.
//!
//! Source: `ClientAccessPolicyParser.cs` in Mono, which Moonlight uses. It ignores the part around what it does not know.

use crate::document::{Document, Element, NamespaceAttribute};

/// What Moonlight ignores because of an element or an attribute that does not belong there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccessLoss {
    /// Nothing else.
    Nothing,
    /// The element that has the attribute.
    Own,
    /// The parent element.
    Parent,
    /// The `<resource>` elements of the `<grant-to>` around it. Its ports still count.
    Resources,
    /// The whole file.
    File,
}

impl AccessLoss {
    /// What an unknown or misplaced element costs.
    pub(crate) fn by_element(document: &Document, element: &Element) -> Self {
        let parent = document.parent(element).map_or("", |parent| &parent.name);
        match parent {
            // Moonlight skips elements in a namespace there, before it compares their names.
            "allow-from" | "grant-to" if is_in_namespace(element) => Self::Nothing,
            "allow-from" => Self::Parent,
            "grant-to" | "resource" => Self::Resources,
            "policy" if !element.is_empty_tag() => Self::Parent,
            _ => Self::Nothing,
        }
    }

    /// What an attribute that the element does not have costs.
    pub(crate) fn by_attribute(element: &Element) -> Self {
        match element.name.as_str() {
            "policy" | "allow-from" | "grant-to" => Self::Own,
            "resource" => Self::Resources,
            _ => Self::Nothing,
        }
    }

    /// What a namespace declaration costs.
    pub(crate) fn by_namespace(element: &Element, namespace: &NamespaceAttribute) -> Self {
        if !namespace.is_own {
            return Self::by_attribute(element);
        }
        match element.name.as_str() {
            "allow-from" if element.is_empty_tag() => Self::Own,
            "access-policy" | "cross-domain-access" | "allow-from" => Self::File,
            _ => Self::Own,
        }
    }

    /// The consequence, in words. `None` if clients only ignore the element or the attribute.
    #[cfg(feature = "lint")]
    pub(crate) fn note(
        self,
        document: &Document,
        element: &Element,
    ) -> Option<alloc::string::String> {
        let ignored = match self {
            Self::Nothing => return None,
            Self::Own => element,
            Self::Parent => document.parent(element)?,
            Self::Resources => {
                let text = "Moonlight ignores every `<resource>` of the `<grant-to>` because of it";
                return Some(text.into());
            }
            Self::File => return Some("Moonlight rejects the whole file because of it".into()),
        };
        let name = ignored.quoted_tag();
        Some(alloc::format!(
            "Moonlight ignores the whole {name} because of it"
        ))
    }
}

/// Whether an element is in a namespace, by its prefix or its own declaration.
fn is_in_namespace(element: &Element) -> bool {
    element.name.contains(':') || element.namespaces.iter().any(|declared| declared.is_own)
}
