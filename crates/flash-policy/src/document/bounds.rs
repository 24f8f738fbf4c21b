//! Bounds on what the XML parser gets to see, found in one pass over the text.
//!
//! roxmltree is quadratic in the attributes of one tag and in namespaces, and expands the entities of an internal DTD
//! subset. A policy needs none of these, so they are refused before it looks. Whatever else is wrong is left for the parser to report.

use alloc::vec::Vec;
use core::ops::Range;

use super::{strict, tag};
use crate::Diagnostic;
use crate::lint::rules::{
    doctype_with_definitions, too_deep, too_many_attributes, too_many_elements, too_many_namespaces,
};

/// Refuses what is out of bounds, with its place.
pub(super) fn check(text: &str) -> Result<(), Diagnostic> {
    let (mut at, mut sizes) = (0, Sizes::default());
    while let Some(open) = text.get(at..).and_then(|rest| rest.find('<')) {
        let between = text.get(at..at + open).unwrap_or_default();
        strict::check_references(between, at)?;
        strict::check_text(between, at)?;
        sizes.parts += 1 + usize::from(!between.is_empty());
        at += open;
        let rest = text.get(at..).unwrap_or_default();
        let length = match skip_over(rest) {
            Some(length) => {
                strict::check_closed(rest, at)?;
                strict::check_instruction(rest, at)?;
                length
            }
            None if rest.starts_with("<!DOCTYPE") => check_doctype(rest, at)?,
            None => sizes.add_tag(rest, at)?,
        };
        if sizes.parts > too_many_elements::MOST {
            return Err(too_many_elements::found(at..at + length));
        }
        at += length;
    }
    Ok(())
}

/// What is counted of a document.
#[derive(Default)]
struct Sizes {
    depth: usize,
    namespaces: usize,
    /// Elements, texts, attributes, and the items of lists in them.
    parts: usize,
}

impl Sizes {
    /// Checks and counts the tag at the start of `rest`; its length.
    fn add_tag(&mut self, rest: &str, at: usize) -> Result<usize, Diagnostic> {
        let tag = Tag::scan(rest);
        if !rest.starts_with("</") && !rest.starts_with("<!") {
            tag::check(rest, at)?;
        }
        tag.check(at)?;
        self.parts += tag.attributes + tag.commas;
        self.depth = if tag.closes {
            self.depth.saturating_sub(1)
        } else {
            self.depth + usize::from(!tag.is_empty)
        };
        let place = at..at + tag.length;
        if self.depth > too_deep::DEEPEST {
            return Err(too_deep::found(place));
        }
        let source = rest.get(..tag.length).unwrap_or_default();
        strict::check_references(source, at)?;
        self.namespaces += source.matches("xmlns").count();
        if self.namespaces > too_many_namespaces::MOST {
            return Err(too_many_namespaces::found(place));
        }
        Ok(tag.length)
    }
}

/// What XML takes for a blank.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// A character that looks like a space, or like nothing, and that is no white space in XML.
pub(super) fn is_like_blank(c: char) -> bool {
    (c.is_whitespace() && !is_blank(c))
        || matches!(
            c,
            '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}'
        )
}

/// The length of a start tag at the beginning of a text, quotes and all.
pub(super) fn tag_length(text: &str) -> usize {
    Tag::scan(text).length
}

/// The length of a comment, CDATA section or instruction at the beginning of a text; all of it, if it has no end.
pub(crate) fn skip_over(text: &str) -> Option<usize> {
    for (open, close) in [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")] {
        if let Some(body) = text.strip_prefix(open) {
            return Some(
                body.find(close)
                    .map_or(text.len(), |end| open.len() + end + close.len()),
            );
        }
    }
    None
}

/// A start tag whose element is not closed.
pub(super) struct Open<'a> {
    pub(super) name: &'a str,
    pub(super) tag: Range<usize>,
}

/// The elements that are open at the end of a text in which each end tag closes the last one, outermost first.
pub(super) fn open_elements(text: &str) -> Vec<Open<'_>> {
    let (mut at, mut open) = (0, Vec::new());
    while let Some(start) = text.get(at..).and_then(|rest| rest.find('<')) {
        at += start;
        let rest = text.get(at..).unwrap_or_default();
        let length = skip_over(rest).unwrap_or_else(|| {
            let tag = Tag::scan(rest);
            if tag.closes {
                open.pop();
            } else if !tag.is_empty && !rest.starts_with("<!") {
                let name = rest.get(1..).unwrap_or_default();
                let ends = |c: char| is_blank(c) || matches!(c, '/' | '>');
                let name = name.split(ends).next().unwrap_or_default();
                let tag = at..at + tag.length;
                open.push(Open { name, tag });
            }
            tag.length
        });
        at += length;
    }
    open
}

fn check_doctype(text: &str, at: usize) -> Result<usize, Diagnostic> {
    let mut quote = None;
    for (index, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if byte == open => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => {
                let source = text.get(..=index).unwrap_or_default();
                strict::check_doctype(source, at)?;
                return Ok(index + 1);
            }
            (None, b'[') => return Err(doctype_with_definitions::found(at + index)),
            _ => {}
        }
    }
    Ok(text.len())
}

#[derive(Default)]
struct Tag {
    length: usize,
    attributes: usize,
    /// One less than the items of its lists.
    commas: usize,
    /// `</name>`.
    closes: bool,
    /// `<name/>`.
    is_empty: bool,
}

impl Tag {
    /// Looks at the tag at the beginning of a text; all of it, if it has no end.
    fn scan(text: &str) -> Self {
        let mut tag = Self {
            closes: text.starts_with("</"),
            ..Self::default()
        };
        let (mut quote, mut last) = (None, b'<');
        for byte in text.bytes() {
            tag.length += 1;
            tag.commas += usize::from(byte == b',');
            match (quote, byte) {
                (Some(open), byte) if byte == open => quote = None,
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'=') => tag.attributes += 1,
                (None, b'>') => {
                    tag.is_empty = last == b'/';
                    break;
                }
                _ => {}
            }
            last = byte;
        }
        tag
    }

    fn check(&self, at: usize) -> Result<(), Diagnostic> {
        if self.attributes <= too_many_attributes::MOST {
            return Ok(());
        }
        let place = at..at + self.length;
        Err(too_many_attributes::found(self.attributes, place))
    }
}
