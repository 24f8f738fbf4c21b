//! Parses text into elements, with a location for every element and every fault.
//!
//! The parser is strict: a document without faults is what libxml2 calls well-formed. After a fault it continues where
//! a person would, so each mistake is found exactly once. It makes one pass, without recursion, and never steps back
//! further than a value. The constants here limit what a hostile file can cause. It fetches nothing, and expands no
//! entities except XML's five.
//!
//! This module must know nothing about policies or about messages.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::Span;

mod characters;
mod fault;
mod markup;
mod nesting;
pub(crate) mod outside;
mod prolog;
mod reader;
mod reference;
mod tag;
mod value;

pub(crate) use fault::{
    AttributeFault, Doubled, MarkupFault, NameFault, NestingFault, OutsideFault, PrologFault,
    SyntaxFault, SyntaxFaultKind, TagEndFault, ValueFault,
};
pub(crate) use reader::read;

/// The maximum nesting depth. A policy needs 3, a Silverlight policy 5.
pub(crate) const DEEPEST: usize = 16;

/// The maximum number of attributes in a tag. A rule has three.
pub(crate) const MOST_ATTRIBUTES: usize = 32;

/// The maximum number of namespace declarations in a file.
pub(crate) const MOST_NAMESPACES: usize = 64;

/// The maximum number of elements, attributes, comments and texts in a file. Each of them takes about 300 bytes in
/// memory, so the largest file costs at most 3 MiB (`tests/allocations.rs`). A policy that is written has fewer: its
/// rules have at least 14 bytes for each.
pub(crate) const MOST_PARTS: usize = 10_000;

/// The maximum number of commas in attributes. Each may be followed by a port, which takes about 30 bytes in memory.
/// The longest list of ports in a file of 64 KiB has fewer.
pub(crate) const MOST_COMMAS: usize = 32 * 1024;

/// The maximum number of faults in a file. Parsing stops after the last one.
const MOST_FAULTS: usize = 1_000;

/// A document as a flat list: elements in the order of their start tags.
#[derive(Clone, Debug, Default)]
pub(crate) struct Document {
    elements: Vec<Element>,
    texts: Vec<Text>,
    instructions: Vec<Span>,
    declaration: Option<Declaration>,
    doctype: Option<Doctype>,
}

/// Text between tags that is not only whitespace.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    /// The location, without surrounding whitespace.
    pub(crate) span: Span,
    /// The text, without surrounding whitespace.
    pub(crate) text: String,
}

/// The XML declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Declaration {
    /// From `<?xml` to `?>`.
    pub(crate) span: Span,
    /// The encoding that it declares and its location, if there is one.
    pub(crate) encoding: Option<(String, Span)>,
}

/// A document type declaration without definitions of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Doctype {
    /// From `<!DOCTYPE` to `>`.
    pub(crate) span: Span,
    /// The root element that it declares.
    pub(crate) root: String,
    /// The address of the definitions and its location, if there is one.
    pub(crate) system: Option<(String, Span)>,
}

/// One element.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    /// The name as written, with its prefix if it has one.
    pub(crate) name: String,
    /// The start tag, from `<` to `>`.
    pub(crate) tag: Span,
    /// The whole element, from the start tag's `<` to the end tag's `>`.
    pub(crate) span: Span,
    /// The index of the parent element. `None` for the root.
    pub(crate) parent: Option<usize>,
    /// The attributes in order, without namespace declarations.
    pub(crate) attributes: Vec<Attribute>,
    /// The namespace declarations in order.
    pub(crate) namespaces: Box<[NamespaceAttribute]>,
    /// The nesting depth: 0 is the root.
    pub(crate) depth: usize,
}

/// A namespace declaration.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    not(feature = "silverlight"),
    allow(dead_code, reason = "Flash policies have no namespaces")
)]
pub(crate) struct NamespaceAttribute {
    /// The name, and the value with its quotes.
    pub(crate) span: Span,
    /// Whether it puts the element itself into a namespace: `xmlns="…"`, without a prefix, and not empty.
    pub(crate) is_own: bool,
}

/// One attribute.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    /// The name as written, with its prefix if it has one.
    pub(crate) name: String,
    /// The value, with references replaced.
    pub(crate) value: String,
    /// The name, and the value with its quotes.
    pub(crate) span: Span,
    /// The value without its quotes.
    pub(crate) value_span: Span,
}

impl Attribute {
    /// The location of a part of the value.
    ///
    /// If the value contains references (`&amp;`), this returns the location of the whole value.
    pub(crate) fn place(&self, part: &Range<usize>) -> Span {
        if self.is_as_written() {
            self.value_span.part(part)
        } else {
            self.value_span
        }
    }

    /// Whether the file contains the value literally, without references.
    pub(crate) fn is_as_written(&self) -> bool {
        self.value_span.end - self.value_span.start == self.value.len()
    }
}

impl Element {
    /// The attribute with this name.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
    }

    /// Whether it is written as one tag, `<name/>`.
    #[cfg(feature = "silverlight")]
    pub(crate) fn is_empty_tag(&self) -> bool {
        self.tag.end == self.span.end
    }

    /// The location of the element's name.
    pub(crate) fn name_span(&self) -> Span {
        self.tag.part(&(1..1 + self.name.len()))
    }
}

impl Document {
    /// The root element.
    pub(crate) fn root(&self) -> Option<&Element> {
        self.elements.first()
    }

    /// All elements, in the order of their start tags.
    pub(crate) fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// The parent of an element.
    pub(crate) fn parent(&self, element: &Element) -> Option<&Element> {
        self.elements.get(element.parent?)
    }

    /// All texts that are not only whitespace.
    pub(crate) fn texts(&self) -> &[Text] {
        &self.texts
    }

    /// All processing instructions, such as `<?xml-stylesheet …?>`.
    pub(crate) fn instructions(&self) -> &[Span] {
        &self.instructions
    }

    /// The XML declaration.
    pub(crate) fn declaration(&self) -> Option<&Declaration> {
        self.declaration.as_ref()
    }

    /// The document type declaration.
    pub(crate) fn doctype(&self) -> Option<&Doctype> {
        self.doctype.as_ref()
    }
}
