//! Reads XML as Lightspark does. It ignores the errors of its parser, so everything before the first error counts.
//!
//! This follows its copy of pugixml 1.11 (`src/3rdparty/pugixml`), with the options that it sets. Do not use it for
//! other clients. Reading stops at a mismatched end tag, at a `<` that starts no tag, at an error inside a tag, and at
//! a NUL. It does not stop at text around the root, at a duplicate attribute, at `--` in a comment, at an unknown
//! entity, or at invalid UTF-8.

use alloc::vec::Vec;

use super::lightspark_text::unescaped;
use crate::Span;

/// A rule has at most three attributes. One more is enough to see that there are too many.
const MOST_ATTRIBUTES: usize = 4;

/// The elements of policies. Others are skipped.
const KNOWN: [&[u8]; 3] = [
    b"site-control",
    b"allow-access-from",
    b"allow-http-request-headers-from",
];

/// What Lightspark evaluates: the name of the root, and the known elements directly inside it.
#[derive(Debug, Default)]
pub(super) struct Outline<'t> {
    /// Empty if the document starts with CDATA.
    pub(super) root: Option<&'t [u8]>,
    pub(super) children: Vec<LightsparkElement<'t>>,
}

#[derive(Debug)]
pub(super) struct LightsparkElement<'t> {
    pub(super) name: &'t [u8],
    /// The first few attributes.
    pub(super) attributes: Vec<(&'t [u8], Vec<u8>)>,
    pub(super) tag: Span,
}

impl LightsparkElement<'_> {
    /// The attribute's value, if it exists and is not empty. Of several, the first.
    pub(super) fn value(&self, name: &[u8]) -> Option<&[u8]> {
        let mut attributes = self.attributes.iter();
        let (_, value) = attributes.find(|(known, _)| *known == name)?;
        Some(value.as_slice()).filter(|value| !value.is_empty())
    }
}

/// Reads up to the first error.
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
    // Where it stops does not matter.
    let _ = reader.document();
    reader.outline
}

struct LightsparkReader<'t> {
    text: &'t [u8],
    at: usize,
    /// The names of the open elements, outermost first.
    open: Vec<&'t [u8]>,
    /// Whether the outermost one is the root, and not an element after it.
    in_root: bool,
    outline: Outline<'t>,
}

impl<'t> LightsparkReader<'t> {
    /// Returns `None` at the first error.
    fn document(&mut self) -> Option<()> {
        loop {
            // Text is allowed anywhere.
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

    /// Whether the tag is self-closing. A name is followed by whitespace or the end of the tag.
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

    /// An attribute counts once its name was read, even if the rest is invalid.
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

    /// The value, and whether it is valid.
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

    /// `<![ … ]]>`, which can be nested.
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

    /// The next byte, or 0 at the end. The text contains no other 0.
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

    /// Moves past the next occurrence of these bytes. `None` if they do not occur.
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

/// pugixml also accepts a colon at the start of a name. In Lightspark's copy, it is an error.
const fn begins_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

const fn is_in_name(byte: u8) -> bool {
    begins_name(byte) || byte.is_ascii_digit() || matches!(byte, b':' | b'-' | b'.' | b'#')
}
