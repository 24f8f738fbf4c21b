//! What stands before the root element: the declaration and the DOCTYPE, of a document known to be well-formed.

use alloc::string::{String, ToString as _};
use core::ops::Range;

use super::bounds;
use crate::Span;

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

#[derive(Default)]
pub(super) struct Prolog {
    pub(super) declaration: Option<Declaration>,
    pub(super) doctype: Option<Doctype>,
}

pub(super) fn read(text: &str) -> Prolog {
    let mut prolog = Prolog::default();
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start().len();
        at += blanks;
        let rest = rest.trim_start();
        let Some(length) = bounds::skip_over(rest).or_else(|| doctype_length(rest)) else {
            return prolog;
        };
        let part = rest.get(..length).unwrap_or_default();
        if at == 0 && part.starts_with("<?xml") {
            prolog.declaration = Some(declaration(part));
        } else if part.starts_with("<!DOCTYPE") {
            prolog.doctype = Some(doctype(part, at));
        }
        at += length;
    }
}

fn doctype_length(text: &str) -> Option<usize> {
    text.starts_with("<!DOCTYPE")
        .then(|| bounds::tag_length(text))
}

fn declaration(part: &str) -> Declaration {
    let encoding = part.find("encoding").and_then(|name| {
        let (text, range) = quoted(part, name)?;
        Some((text.to_string(), range.into()))
    });
    Declaration {
        span: (0..part.len()).into(),
        encoding,
    }
}

fn doctype(part: &str, at: usize) -> Doctype {
    let body = part.strip_prefix("<!DOCTYPE").unwrap_or_default();
    let root = body
        .trim_start()
        .split([' ', '\t', '\r', '\n', '>'])
        .next()
        .unwrap_or_default();
    // With PUBLIC the address is the second literal.
    let first = quoted(part, 0);
    let system = first
        .and_then(|(_, range)| quoted(part, range.end + 1))
        .or(quoted(part, 0));
    Doctype {
        span: (at..at + part.len()).into(),
        root: root.to_string(),
        system: system.map(|(text, range)| (text.to_string(), Span::from(range).shifted(at))),
    }
}

/// The first quoted text from there on, without its quotes.
fn quoted(text: &str, from: usize) -> Option<(&str, Range<usize>)> {
    let rest = text.get(from..)?;
    let open = rest.find(['"', '\''])?;
    let quote = rest.get(open..)?.chars().next()?;
    let start = from + open + 1;
    let length = text.get(start..)?.find(quote)?;
    Some((text.get(start..start + length)?, start..start + length))
}
