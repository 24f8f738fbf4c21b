//! From text to elements, with a place for everything and every fault.
//!
//! Strict: a document without faults is what libxml2 calls well-formed. After a fault the reader goes on where a person
//! would, so that each mistake is found, and found once. One pass, no recursion, no step back further than a value; what
//! a hostile file can make of it is bounded by the constants here. Nothing is ever fetched, and no entity is expanded
//! but XML's own five.
//!
//! It must know neither what a policy is nor how a fault is worded.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::Span;

mod characters;
mod fault;
mod markup;
mod nesting;
mod outside;
mod prolog;
mod reader;
mod reference;
mod tag;
mod value;

pub use fault::{
    AttributeFault, Doubled, MarkupFault, NameFault, NestingFault, OutsideFault, PrologFault,
    SyntaxFault, SyntaxFaultKind, TagEndFault, ValueFault,
};
pub(crate) use outside::{escaped_line_end, is_placeholder};
pub(crate) use reader::read;

/// Elements within elements. A policy needs 3; a Silverlight one needs 5.
pub const DEEPEST: usize = 16;

/// Attributes of a tag. A rule has three.
pub const MOST_ATTRIBUTES: usize = 32;

/// Namespace declarations of a file.
pub const MOST_NAMESPACES: usize = 64;

/// Elements, attributes, commas in tags, comments and texts of a file. What is made of each takes about 300 bytes, so
/// that the largest file costs no more than ten times its size.
pub const MOST_PARTS: usize = 10_000;

/// Faults of a file; nothing is read behind the last.
const MOST_FAULTS: usize = 1_000;

/// A document, flat: elements in the order in which they begin.
#[derive(Clone, Debug, Default)]
pub struct Document {
    elements: Vec<Element>,
    texts: Vec<Text>,
    instructions: Vec<Span>,
    declaration: Option<Declaration>,
    doctype: Option<Doctype>,
}

/// A run of text between tags that is not all whitespace.
#[derive(Clone, Debug)]
pub struct Text {
    /// Where it is, without the whitespace around it.
    pub span: Span,
    /// The text, without the whitespace around it.
    pub text: String,
}

/// The XML declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// From `<?xml` to `?>`.
    pub span: Span,
    /// The encoding that it names, and where, if it names one.
    pub encoding: Option<(String, Span)>,
}

/// A document type declaration without definitions of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doctype {
    /// From `<!DOCTYPE` to `>`.
    pub span: Span,
    /// The root element that it names.
    pub root: String,
    /// The address of the definitions, and where, if it has one.
    pub system: Option<(String, Span)>,
}

/// One element.
#[derive(Clone, Debug)]
pub struct Element {
    /// The name as written, with its prefix if it has one.
    pub name: String,
    /// The start tag, from `<` to `>`.
    pub tag: Span,
    /// All of it, from the start tag's `<` to the end tag's `>`.
    pub span: Span,
    /// The index of the element that it stands in; none for the root.
    pub parent: Option<usize>,
    /// The attributes in order, without namespace declarations.
    pub attributes: Vec<Attribute>,
    /// How deep it lies: 0 is the root.
    pub depth: usize,
}

/// One attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// The name as written, with its prefix if it has one.
    pub name: String,
    /// The value, with references replaced.
    pub value: String,
    /// The name and the value with its quotes.
    pub span: Span,
    /// The value without its quotes.
    pub value_span: Span,
}

impl Attribute {
    /// The place of a part of the value.
    ///
    /// Where the value holds references (`&amp;`), its parts have no place of their own: it is the whole value's.
    #[must_use]
    pub fn place(&self, part: &Range<usize>) -> Span {
        if self.is_as_written() {
            self.value_span.part(part)
        } else {
            self.value_span
        }
    }

    /// Whether the value stands in the file as it is, without references.
    pub(crate) fn is_as_written(&self) -> bool {
        self.value_span.end - self.value_span.start == self.value.len()
    }
}

impl Element {
    /// The attribute of that name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
    }

    /// The place of the element's name.
    #[must_use]
    pub fn name_span(&self) -> Span {
        self.tag.part(&(1..1 + self.name.len()))
    }
}

impl Document {
    /// The outermost element.
    #[must_use]
    pub fn root(&self) -> Option<&Element> {
        self.elements.first()
    }

    /// Every element, in the order in which they begin.
    #[must_use]
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// The element that an element stands in.
    #[must_use]
    pub fn parent(&self, element: &Element) -> Option<&Element> {
        self.elements.get(element.parent?)
    }

    /// Every text that is not all whitespace.
    #[must_use]
    pub fn texts(&self) -> &[Text] {
        &self.texts
    }

    /// Every processing instruction, such as `<?xml-stylesheet …?>`.
    #[must_use]
    pub fn instructions(&self) -> &[Span] {
        &self.instructions
    }

    /// The XML declaration.
    #[must_use]
    pub fn declaration(&self) -> Option<&Declaration> {
        self.declaration.as_ref()
    }

    /// The document type declaration.
    #[must_use]
    pub fn doctype(&self) -> Option<&Doctype> {
        self.doctype.as_ref()
    }
}
