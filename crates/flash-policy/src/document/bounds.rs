//! Bounds on what the XML parser gets to see, found in one pass over the text.
//!
//! roxmltree is quadratic in the attributes of one tag, and expands the entities of an internal DTD subset. A policy
//! needs neither, so both are refused before it looks. Whatever else is wrong is left for the parser to report.

use alloc::format;

use crate::Diagnostic;

/// Elements within elements. A policy needs 3; a Silverlight one needs 5.
const DEEPEST: usize = 16;

/// Attributes and namespace declarations of one tag. A rule has 3.
const MOST_ATTRIBUTES: usize = 32;

/// Refuses what is out of bounds, with its place.
pub(super) fn check(text: &str) -> Result<(), Diagnostic> {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(open) = text.get(at..).and_then(|rest| rest.find('<')) {
        at += open;
        let rest = text.get(at..).unwrap_or_default();
        let length = match skip_over(rest) {
            Some(length) => length,
            None if rest.starts_with("<!DOCTYPE") => check_doctype(rest, at)?,
            None => {
                let tag = Tag::scan(rest);
                tag.check(at)?;
                depth = if tag.closes {
                    depth.saturating_sub(1)
                } else {
                    depth + usize::from(!tag.is_empty)
                };
                if depth > DEEPEST {
                    return Err(too_deep(at, tag.length));
                }
                tag.length
            }
        };
        at += length;
    }
    Ok(())
}

/// The length of a start tag at the beginning of a text, quotes and all.
pub(super) fn tag_length(text: &str) -> usize {
    Tag::scan(text).length
}

/// The length of a comment, CDATA section or instruction at the beginning of a text; all of it, if it has no end.
fn skip_over(text: &str) -> Option<usize> {
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

fn check_doctype(text: &str, at: usize) -> Result<usize, Diagnostic> {
    let mut quote = None;
    for (index, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if byte == open => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return Ok(index + 1),
            (None, b'[') => return Err(internal_subset(at + index)),
            _ => {}
        }
    }
    Ok(text.len())
}

#[derive(Default)]
struct Tag {
    length: usize,
    attributes: usize,
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
        if self.attributes <= MOST_ATTRIBUTES {
            return Ok(());
        }
        Err(Diagnostic::error(
            "too-many-attributes",
            format!(
                "expected at most {MOST_ATTRIBUTES} attributes, found {}",
                self.attributes
            ),
        )
        .at(at..at + self.length, "in this tag")
        .help("a rule has three: `domain`, `to-ports` and `secure`"))
    }
}

fn too_deep(at: usize, length: usize) -> Diagnostic {
    Diagnostic::error(
        "too-deep",
        format!("expected at most {DEEPEST} elements within each other, found more"),
    )
    .at(at..at + length, "this one is too deep")
    .help("rules stand directly in `<cross-domain-policy>`; check that every element is closed")
}

fn internal_subset(at: usize) -> Diagnostic {
    Diagnostic::error("doctype-with-definitions", "expected a DOCTYPE without definitions, found `[`")
        .at(at..at + 1, "definitions begin here")
        .note("entities defined in a policy file are never expanded: that is how XML parsers are attacked")
        .help("remove the part in brackets, or the whole DOCTYPE: players need none")
}
