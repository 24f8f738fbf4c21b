//! From bytes to elements with places: encoding, caps, XML.
//!
//! XML itself is roxmltree's work. What is done here is what it leaves open: byte order marks and NULs, bounds on
//! hostile input, and words for its errors. Nothing is ever fetched, and no entity is expanded but XML's own five.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use crate::diagnostic::quoted;
use crate::lint::Kind;
use crate::lint::rules::malformed_xml;
use crate::{Diagnostic, Span};

pub(crate) mod bounds;
mod cause;
mod encoding;
mod lead;
mod pasted;
mod prolog;
mod quotes;
mod strict;
mod syntax;
mod tag;
mod tail;

pub use prolog::{Declaration, Doctype};

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
    texts: Vec<Text>,
    instructions: Vec<Span>,
    declaration: Option<Declaration>,
    doctype: Option<Doctype>,
}

/// A run of text between tags that is not all blanks.
#[derive(Clone, Debug)]
pub struct Text {
    /// Where it is, without the blanks around it.
    pub span: Span,
    /// The text, without the blanks around it.
    pub text: String,
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

    /// The element as a message names it.
    pub(crate) fn quoted_tag(&self) -> String {
        quoted(&alloc::format!("<{}>", self.name)).to_string()
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

    /// Every text that is not all blanks.
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

/// Reads a document from the bytes of a file.
///
/// The findings are those of encoding and syntax; where there is no document, at least one of them is an error. A
/// place in a finding or in the document counts bytes of the file as given.
#[must_use]
pub fn read(bytes: &[u8]) -> (Option<Document>, Vec<Diagnostic>) {
    read_up_to(bytes, LARGEST, Kind::Socket)
}

/// Reads a document of so many bytes at most; one over [`LARGEST`] is an error, and is read all the same.
pub(crate) fn read_up_to(
    bytes: &[u8],
    limit: usize,
    kind: Kind,
) -> (Option<Document>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let Some(text) = encoding::text(bytes, limit, kind, &mut findings) else {
        return (None, findings);
    };
    match parse(text.text).map_err(|error| cause::find(text.text).unwrap_or(error)) {
        Ok(document) => (Some(document.shifted(text.start)), findings),
        Err(mut error) => {
            for label in error.label.iter_mut().chain(&mut error.secondary) {
                label.span = label.span.shifted(text.start);
            }
            if kind == Kind::Silverlight {
                let flash = |note: &&mut String| note.as_str() == malformed_xml::COUNTS_FOR_NOTHING;
                for note in error.notes.iter_mut().filter(flash) {
                    *note = malformed_xml::COUNTS_FOR_NOTHING_IN_SILVERLIGHT.into();
                }
            }
            findings.push(error);
            (None, findings)
        }
    }
}

fn parse(text: &str) -> Result<Document, Diagnostic> {
    strict::check_characters(text)?;
    if !text.trim_start_matches(bounds::is_blank).starts_with('<') {
        return Err(lead::describe(text));
    }
    bounds::check(text)?;
    // Safe with the internal subset refused by `bounds`: an external one is never fetched, so it defines nothing.
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..roxmltree::ParsingOptions::default()
    };
    let tree = roxmltree::Document::parse_with_options(text, options)
        .map_err(|error| syntax::describe(&error, text))?;
    let prolog = prolog::read(text);
    let mut document = Document {
        elements: Vec::new(),
        texts: Vec::new(),
        instructions: Vec::new(),
        declaration: prolog.declaration,
        doctype: prolog.doctype,
    };
    for node in tree.root().descendants() {
        document.add(&node, text);
    }
    Ok(document)
}

impl Document {
    fn add(&mut self, node: &roxmltree::Node<'_, '_>, text: &str) {
        let range = node.range();
        if node.is_element() {
            self.add_element(node, text);
        } else if node.is_pi() {
            self.instructions.push(range.into());
        } else if node.is_text() {
            self.add_text(node, text);
        }
    }

    fn add_text(&mut self, node: &roxmltree::Node<'_, '_>, text: &str) {
        let content = node.text().unwrap_or_default().trim();
        if content.is_empty() {
            return;
        }
        // Where character data is in several pieces, the range is the first one's, and that may be blank.
        let range = node.range();
        let source = text.get(range.clone()).unwrap_or_default();
        let inner = source.trim();
        let start = range.start + source.len() - source.trim_start().len();
        let rest = text.get(range.end..).unwrap_or_default();
        let length = match inner.len() {
            0 => bounds::skip_over(rest).unwrap_or(0),
            length => length,
        };
        self.texts.push(Text {
            span: (start..start + length).into(),
            text: content.to_string(),
        });
    }

    fn add_element(&mut self, node: &roxmltree::Node<'_, '_>, text: &str) {
        let start = node.range().start;
        let source = text.get(start..).unwrap_or_default();
        // The node's ancestors count itself and the document.
        let depth = node.ancestors().count().saturating_sub(2);
        self.elements.push(Element {
            name: written_name(source.get(1..).unwrap_or_default()),
            tag: Span {
                start,
                end: start + bounds::tag_length(source),
            },
            span: node.range().into(),
            parent: self.parent_of(depth),
            attributes: node
                .attributes()
                .map(|attribute| read_attribute(&attribute, text))
                .collect(),
            depth,
        });
    }

    /// The last element so far that is one less deep: at most 16 steps up from the one before.
    fn parent_of(&self, depth: usize) -> Option<usize> {
        let mut index = self.elements.len().checked_sub(1)?;
        loop {
            let element = self.elements.get(index)?;
            if element.depth < depth {
                return Some(index);
            }
            index = element.parent?;
        }
    }

    /// The same document in a file where it begins `by` bytes later.
    fn shifted(mut self, by: usize) -> Self {
        for element in &mut self.elements {
            element.tag = element.tag.shifted(by);
            element.span = element.span.shifted(by);
            for attribute in &mut element.attributes {
                attribute.span = attribute.span.shifted(by);
                attribute.value_span = attribute.value_span.shifted(by);
            }
        }
        let texts = self.texts.iter_mut().map(|text| &mut text.span);
        let prolog = self.declaration.iter_mut().flat_map(|declaration| {
            let encoding = declaration.encoding.iter_mut().map(|(_, span)| span);
            encoding.chain([&mut declaration.span])
        });
        let doctype = self.doctype.iter_mut().flat_map(|doctype| {
            let system = doctype.system.iter_mut().map(|(_, span)| span);
            system.chain([&mut doctype.span])
        });
        for span in texts
            .chain(&mut self.instructions)
            .chain(prolog)
            .chain(doctype)
        {
            *span = span.shifted(by);
        }
        self
    }
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
