//! How Lightspark reads XML: its parser's errors are ignored, so what stands before the first error counts.
//!
//! Read in its copy of pugixml 1.11 (`src/3rdparty/pugixml`), with the options that it sets. This is a reader for
//! nobody else. Reading stops at an end tag that does not fit, at `<` before anything that is no tag, inside a tag that
//! goes wrong, and at a NUL. It does not stop at text around the root, at an attribute given twice, at `--` in a
//! comment, at an entity that it does not know, or at bytes that are no UTF-8.

use alloc::vec::Vec;

use super::lightspark_text::unescaped;
use crate::Span;

/// A rule has at most three attributes: of more, only that there are more is of interest.
const MOST_ATTRIBUTES: usize = 4;

/// The elements that policies consist of; others are skipped.
const KNOWN: [&[u8]; 3] = [
    b"site-control",
    b"allow-access-from",
    b"allow-http-request-headers-from",
];

/// What Lightspark looks at: the name of the root, and the known elements right below it.
#[derive(Debug, Default)]
pub(super) struct Outline<'t> {
    /// Empty if the document begins with CDATA.
    pub(super) root: Option<&'t [u8]>,
    pub(super) children: Vec<LightsparkElement<'t>>,
}

#[derive(Debug)]
pub(super) struct LightsparkElement<'t> {
    pub(super) name: &'t [u8],
    /// The first few.
    pub(super) attributes: Vec<(&'t [u8], Vec<u8>)>,
    pub(super) tag: Span,
}

impl LightsparkElement<'_> {
    /// The attribute's value, if it is given and not empty; the first of several.
    pub(super) fn value(&self, name: &[u8]) -> Option<&[u8]> {
        let mut attributes = self.attributes.iter();
        let (_, value) = attributes.find(|(known, _)| *known == name)?;
        Some(value.as_slice()).filter(|value| !value.is_empty())
    }
}

/// Reads as far as there is no error.
pub(super) fn read(text: &[u8]) -> Outline<'_> {
    let end = text.iter().position(|byte| *byte == 0);
    let text = end.map_or(text, |end| text.split_at(end).0);
    let mut reader = LightsparkReader {
        text,
        at: 0,
        open: Vec::new(),
        in_root: false,
        outline: Outline::default(),
    };
    // Where it stops is of no interest.
    let _ = reader.document();
    reader.outline
}

struct LightsparkReader<'t> {
    text: &'t [u8],
    at: usize,
    /// The names of the elements that are open, outermost first.
    open: Vec<&'t [u8]>,
    /// Whether the outermost of them is the root, and not one that follows it.
    in_root: bool,
    outline: Outline<'t>,
}

impl<'t> LightsparkReader<'t> {
    /// `None` at the first error.
    fn document(&mut self) -> Option<()> {
        loop {
            // Text may stand anywhere.
            self.past(b"<")?;
            match self.peek() {
                b'/' => self.end_tag()?,
                b'?' => self.instruction()?,
                b'!' => self.exclamation()?,
                byte if begins_name(byte) => self.start_tag()?,
                _ => return None,
            }
        }
    }

    fn start_tag(&mut self) -> Option<()> {
        let start = self.at - 1;
        let name = self.take_while(is_in_name);
        let known = self.in_root && self.open.len() == 1 && KNOWN.contains(&name);
        if known {
            let tag = Span { start, end: start };
            self.outline.children.push(LightsparkElement {
                name,
                attributes: Vec::new(),
                tag,
            });
        }
        if self.open.is_empty() {
            self.in_root = self.outline.root.is_none();
            self.outline.root.get_or_insert(name);
        }
        let closed = self.rest_of_tag(known);
        let end = self.at;
        if let Some(element) = self.outline.children.last_mut().filter(|_| known) {
            element.tag.end = end;
        }
        if !closed? {
            self.open.push(name);
        }
        Some(())
    }

    /// Whether the tag closes itself. A name is followed by whitespace or the tag's end.
    fn rest_of_tag(&mut self, known: bool) -> Option<bool> {
        if !is_space(self.peek()) && !matches!(self.peek(), b'/' | b'>') {
            return None;
        }
        loop {
            self.take_while(is_space);
            match self.rest() {
                [b'/', b'>', ..] => {
                    self.at += 2;
                    return Some(true);
                }
                [b'>', ..] => {
                    self.at += 1;
                    return Some(false);
                }
                [byte, ..] if begins_name(*byte) => self.attribute(known)?,
                _ => return None,
            }
        }
    }

    /// An attribute counts from its name on, also where the rest goes wrong.
    fn attribute(&mut self, known: bool) -> Option<()> {
        let name = self.take_while(is_in_name);
        let (value, is_whole) = self.attribute_value();
        if let Some(element) = self.outline.children.last_mut().filter(|_| known)
            && element.attributes.len() < MOST_ATTRIBUTES
        {
            element.attributes.push((name, value));
        }
        is_whole.then_some(())
    }

    /// The value, and whether nothing went wrong.
    fn attribute_value(&mut self) -> (Vec<u8>, bool) {
        self.take_while(is_space);
        if self.peek() != b'=' {
            return (Vec::new(), false);
        }
        self.at += 1;
        self.take_while(is_space);
        let quote = self.peek();
        if !matches!(quote, b'"' | b'\'') {
            return (Vec::new(), false);
        }
        self.at += 1;
        let raw = self.take_while(|byte| byte != quote);
        let is_whole = self.peek() == quote;
        self.at = self.text.len().min(self.at + 1);
        (unescaped(raw), is_whole)
    }

    fn end_tag(&mut self) -> Option<()> {
        self.at += 1;
        let name = self.take_while(is_in_name);
        if self.open.pop()? != name {
            return None;
        }
        self.take_while(is_space);
        (self.peek() == b'>').then(|| self.at += 1)
    }

    fn instruction(&mut self) -> Option<()> {
        self.at += 1;
        self.take_while(is_in_name);
        self.past(b"?>")
    }

    fn exclamation(&mut self) -> Option<()> {
        self.at += 1;
        let rest = self.rest();
        if rest.starts_with(b"--") {
            self.at += 2;
            self.past(b"-->")
        } else if begins(rest, b"[CDATA[") {
            self.at += 7;
            if self.open.is_empty() {
                self.outline.root.get_or_insert(b"");
            }
            self.past(b"]]>")
        } else if begins(rest, b"DOCTYPE") && self.open.is_empty() {
            self.doctype()
        } else {
            None
        }
    }

    fn doctype(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.rest() {
                [b'<', b'!', b'[', ..] => self.ignored_section()?,
                [b'<', b'!', b'-', b'-', ..] => {
                    self.at += 4;
                    self.past(b"-->")?;
                }
                [] | [b'<', b'!', b'-', ..] => return None,
                [b'<', b'!', ..] => {
                    self.at += 2;
                    depth += 1;
                }
                [b'<', b'?', ..] => {
                    self.at += 2;
                    self.past(b"?>")?;
                }
                [b'<', ..] => return None,
                [quote @ (b'"' | b'\''), ..] => {
                    self.at += 1;
                    self.past(&[*quote])?;
                }
                [b'>', ..] => {
                    self.at += 1;
                    let Some(outer) = depth.checked_sub(1) else {
                        return Some(());
                    };
                    depth = outer;
                }
                [_, ..] => self.at += 1,
            }
        }
    }

    /// `<![ … ]]>`, which may hold others.
    fn ignored_section(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.rest() {
                [] => return None,
                [b'<', b'!', b'[', ..] => {
                    self.at += 3;
                    depth += 1;
                }
                [b']', b']', b'>', ..] => {
                    self.at += 3;
                    depth -= 1;
                    if depth == 0 {
                        return Some(());
                    }
                }
                [_, ..] => self.at += 1,
            }
        }
    }

    /// The next byte; 0 at the end, as no other is.
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'t [u8] {
        let rest = self.rest();
        let end = rest.iter().position(|byte| !wanted(*byte));
        let taken = end.map_or(rest, |end| rest.split_at(end).0);
        self.at += taken.len();
        taken
    }

    /// Behind the next of these; `None` if there is none.
    fn past(&mut self, what: &[u8]) -> Option<()> {
        let mut windows = self.rest().windows(what.len());
        let found = windows.position(|window| window == what)?;
        self.at += found + what.len();
        Some(())
    }
}

fn begins(text: &[u8], with: &[u8]) -> bool {
    let start = text.get(..with.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(with))
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// A colon would begin one in pugixml, and is an error in Lightspark's copy.
const fn begins_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

const fn is_in_name(byte: u8) -> bool {
    begins_name(byte) || byte.is_ascii_digit() || matches!(byte, b':' | b'-' | b'.' | b'#')
}
