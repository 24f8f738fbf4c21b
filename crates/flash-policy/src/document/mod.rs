//! From bytes to elements with places: encoding, caps, XML.
//!
//! XML itself is roxmltree's work. What is done here is what it leaves open: byte order marks and NULs, bounds on
//! hostile input, and words for its errors. Nothing is ever fetched, and no entity is expanded but XML's own five.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use crate::{Diagnostic, Span};

mod bounds;
mod encoding;
mod syntax;

/// The largest document that is parsed: 64 KiB.
///
/// No client takes one that large (Unity stops at 5,000 bytes, Adobe's own sample server refused over 10,000), and
/// the XML parser's cost is quadratic in places, so that a bound on size is a bound on time.
pub const LARGEST: usize = 64 * 1024;

/// The largest file that the linter looks into: 1 MiB. Over [`LARGEST`] it says so, and goes on.
pub const LARGEST_LINTED: usize = 1024 * 1024;

/// A well-formed document, flat: elements in the order in which they begin.
#[derive(Clone, Debug)]
pub struct Document {
    elements: Vec<Element>,
}

/// One element.
#[derive(Clone, Debug)]
pub struct Element {
    /// The name as written, with its prefix if it has one.
    pub name: String,
    /// The start tag, from `<` to `>`.
    pub tag: Span,
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
        let as_written = self.value_span.end - self.value_span.start == self.value.len();
        if as_written {
            self.value_span.part(part)
        } else {
            self.value_span
        }
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
}

/// Reads a document from the bytes of a file.
///
/// The findings are those of encoding and syntax; where there is no document, at least one of them is an error. A
/// place in a finding or in the document counts bytes of the file as given.
#[must_use]
pub fn read(bytes: &[u8]) -> (Option<Document>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let Some(text) = encoding::text(bytes, &mut findings) else {
        return (None, findings);
    };
    match parse(text.text) {
        Ok(document) => (Some(shifted(document, text.start)), findings),
        Err(mut error) => {
            error.label = error.label.map(|mut label| {
                label.span = label.span.shifted(text.start);
                label
            });
            findings.push(error);
            (None, findings)
        }
    }
}

fn parse(text: &str) -> Result<Document, Diagnostic> {
    bounds::check(text)?;
    // Safe with the internal subset refused by `bounds`: an external one is never fetched, so it defines nothing.
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..roxmltree::ParsingOptions::default()
    };
    let tree = roxmltree::Document::parse_with_options(text, options)
        .map_err(|error| syntax::describe(&error, text))?;
    let mut elements = Vec::new();
    for node in tree
        .root()
        .descendants()
        .filter(roxmltree::Node::is_element)
    {
        let start = node.range().start;
        let source = text.get(start..).unwrap_or_default();
        elements.push(Element {
            name: written_name(source.get(1..).unwrap_or_default()),
            tag: Span {
                start,
                end: start + bounds::tag_length(source),
            },
            attributes: node
                .attributes()
                .map(|attribute| read_attribute(&attribute, text))
                .collect(),
            // The node's ancestors count itself and the document.
            depth: node.ancestors().count().saturating_sub(2),
        });
    }
    Ok(Document { elements })
}

fn read_attribute(attribute: &roxmltree::Attribute<'_, '_>, text: &str) -> Attribute {
    let name = text.get(attribute.range_qname()).unwrap_or_default();
    Attribute {
        name: name.to_string(),
        value: attribute.value().to_string(),
        span: attribute.range().into(),
        value_span: attribute.range_value().into(),
    }
}

/// The name at the start of a text: everything up to a blank, `/` or `>`.
fn written_name(text: &str) -> String {
    text.split([' ', '\t', '\r', '\n', '/', '>'])
        .next()
        .unwrap_or_default()
        .to_string()
}

fn shifted(mut document: Document, by: usize) -> Document {
    for element in &mut document.elements {
        element.tag = element.tag.shifted(by);
        for attribute in &mut element.attributes {
            attribute.span = attribute.span.shifted(by);
            attribute.value_span = attribute.value_span.shifted(by);
        }
    }
    document
}
