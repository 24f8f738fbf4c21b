//! One start tag: whether it is written as XML has it, and the most likely slip where it is not.
//!
//! The XML parser would refuse the same tags, but it says what it wanted at the place where it stopped; what people did
//! wrong is mostly something else. It must never refuse a tag that is well-formed.

use alloc::format;
use alloc::string::String;
use core::ops::Range;

use super::bounds::{is_blank, is_like_blank};
use super::quotes::is_typographic;
use crate::Diagnostic;
use crate::diagnostic::{character, quoted};
use crate::lint::rules::{malformed_xml, template_placeholder};

/// Looks at the start tag at the beginning of a text that stands in the document from `start` on.
pub(super) fn check(text: &str, start: usize) -> Result<(), Diagnostic> {
    let mut tag = Tag { text, start, at: 1 };
    tag.name()?;
    let mut before = Before::Name;
    loop {
        let blanks = tag.blanks();
        match tag.rest().chars().next() {
            Some('>') => return Ok(()),
            Some('/') => return tag.slash(),
            _ if matches!(before, Before::Value(_)) && blanks == 0 => {
                return Err(tag.after_value(&before));
            }
            _ => before = Before::Value(tag.attribute()?),
        }
    }
}

/// What stands before the next attribute.
enum Before {
    Name,
    /// The quoted value, with its quotes.
    Value(Range<usize>),
}

struct Tag<'a> {
    text: &'a str,
    start: usize,
    /// How much of the text is read.
    at: usize,
}

impl<'a> Tag<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Skips blanks, and says how many there were.
    fn blanks(&mut self) -> usize {
        let rest = self.rest();
        let blanks = rest.len() - rest.trim_start_matches(is_blank).len();
        self.at += blanks;
        blanks
    }

    /// Reads up to a character that ends a name.
    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let ends = |c: char| is_blank(c) || is_like_blank(c) || "=/>\"'<".contains(c);
        let word = rest.get(..rest.find(ends).unwrap_or(rest.len()));
        let word = word.unwrap_or_default();
        self.at += word.len();
        word
    }

    /// A finding about the next so many bytes.
    fn error(&self, length: usize, message: impl Into<String>) -> Diagnostic {
        self.error_at(self.at..self.at + length, message)
    }

    fn error_at(&self, place: Range<usize>, message: impl Into<String>) -> Diagnostic {
        let place = self.start + place.start..self.start + place.end;
        malformed_xml::RULE
            .finding(message)
            .at(place, "")
            .note(malformed_xml::COUNTS_FOR_NOTHING)
    }

    fn name(&mut self) -> Result<(), Diagnostic> {
        let name = self.word();
        if let Some(name) = name.strip_prefix('\\') {
            let message = "expected `/` in an end tag, found a backslash";
            let right = format!("</{name}>");
            let help = format!("write {}", quoted(&right));
            return Err(self.error_at(1..2, message).help(help));
        }
        let next = self.rest().chars().next();
        if name.is_empty() && next.is_some_and(is_blank) {
            let message = "expected an element's name directly after `<`, found a space";
            let help = "remove the space; to switch a rule off, put it between `<!--` and `-->`";
            return Err(self.error_at(0..2, message).help(help));
        }
        if next == Some('=') && !name.is_empty() {
            let message = "expected a space between the element's name and its first attribute";
            let mut finding = self.error(1, message);
            if let Some(label) = &mut finding.label {
                label.text =
                    "found `=` here: is the space missing in `allow-access-from domain=`?".into();
            }
            return Err(finding.help("write `<allow-access-from domain=\"…\" to-ports=\"…\"/>`"));
        }
        self.like_blank()
    }

    /// Refuses what looks like a space or like nothing and is no whitespace to XML.
    fn like_blank(&self) -> Result<(), Diagnostic> {
        let next = self.rest().chars().next();
        let Some(found) = next.filter(|c| is_like_blank(*c)) else {
            return Ok(());
        };
        let message = format!(
            "expected a space, found {}, which XML does not count as one",
            character(found)
        );
        Err(self
            .error(found.len_utf8(), message)
            .help("write an ordinary space: web pages and word processors use other characters"))
    }

    /// What follows a `/`: nothing but `>`.
    fn slash(&self) -> Result<(), Diagnostic> {
        let rest = self.rest();
        if rest.starts_with("/>") {
            return Ok(());
        }
        let help =
            "end the tag in one `/>`, as in `<allow-access-from domain=\"…\" to-ports=\"…\"/>`";
        Err(if rest.starts_with("//") {
            self.error(2, "expected one `/` at the tag's end, found two")
                .help(help)
        } else {
            self.error(1, "expected `>` after the `/`").help(help)
        })
    }

    /// Reads an attribute; the place of its value with the quotes.
    fn attribute(&mut self) -> Result<Range<usize>, Diagnostic> {
        self.like_blank()?;
        let rest = self.rest();
        if let Some(finding) = self.no_attribute() {
            return Err(finding);
        }
        let name_at = self.at;
        let name = self.word();
        let name_end = self.at;
        self.like_blank()?;
        self.blanks();
        let next = self.rest().chars().next();
        if next == Some('=') && !name.is_empty() {
            self.at += 1;
            self.blanks();
            return self.value(name);
        }
        let place = name_at..name_end;
        if name.is_empty() {
            let length = rest.chars().next().map_or(0, char::len_utf8);
            let message = "expected an attribute's name, found something else";
            return Err(self
                .error_at(name_at..name_at + length, message)
                .help("write attributes as in `domain=\"www.example.com\"`"));
        }
        if let Some(name) = name.strip_suffix(':').filter(|_| next == Some('"')) {
            let message = format!("expected `=` behind {}, found `:`", quoted(name));
            return Err(self
                .error_at(name_end - 1..name_end, message)
                .help(format!("write `{}=\"…\"`", shown(name))));
        }
        Err(self.without_value(name, place))
    }

    /// A name without `=`; perhaps the first part of one that was written in two.
    fn without_value(&self, name: &str, place: Range<usize>) -> Diagnostic {
        if name == "to" && self.rest().starts_with("ports") {
            let place = place.start..self.at + "ports".len();
            return self
                .error_at(place, "expected `to-ports`, found it in two words")
                .help("write `to-ports` with a `-`");
        }
        let message = format!("expected `=` and a value behind {}", quoted(name));
        self.error_at(place, message)
            .help("write attributes as in `domain=\"www.example.com\"`")
    }

    /// What can be told by its first character to be no attribute.
    fn no_attribute(&self) -> Option<Diagnostic> {
        let rest = self.rest();
        let place = self.start + self.at;
        let next = rest.chars().next();
        if next == Some('<') {
            let finding = self.error(1, "found a `<` inside a tag");
            let help =
                "check that the tag before it ends in `>`, and that the quotes in it are closed";
            return Some(finding.help(help));
        }
        if template_placeholder::starts(rest) {
            let end = rest.find('}').map_or(1, |end| end + 1);
            let place = place..place + end;
            return Some(template_placeholder::found_between_tags(place.into()));
        }
        if next.is_none() {
            let finding = self.error_at(
                0..self.at,
                "expected the tag to end, found the end of the file",
            );
            return Some(finding.help("end it in `/>`, or in `>` if something is to stand in it"));
        }
        if let Some(quote) = next.filter(|c| matches!(c, '"' | '\'')) {
            let message = format!("found a `{quote}` that begins no value");
            return Some(
                self.error(1, message)
                    .help("remove it, or write the attribute's name and `=` before it"),
            );
        }
        next.filter(|c| is_typographic(*c))
            .map(|c| self.typographic(c))
    }

    fn typographic(&self, quote: char) -> Diagnostic {
        let message = "expected a straight quote, found a typographic one";
        self.error(quote.len_utf8(), message)
            .help("write `\"` or `'`: word processors and web pages make quotes curly")
    }

    fn value(&mut self, name: &str) -> Result<Range<usize>, Diagnostic> {
        self.like_blank()?;
        let rest = self.rest();
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            return Err(self.unquoted(name));
        };
        let body = rest.get(1..).unwrap_or_default();
        let length = body.find(quote).filter(|end| {
            let value = body.get(..*end).unwrap_or_default();
            !value.contains('<')
        });
        let Some(length) = length else {
            return Err(self.unclosed(quote, body));
        };
        let place = self.at..self.at + length + 2;
        self.at = place.end;
        Ok(place)
    }

    fn unquoted(&self, name: &str) -> Diagnostic {
        let rest = self.rest();
        if let Some(quote) = rest.chars().next().filter(|c| is_typographic(*c)) {
            return self.typographic(quote);
        }
        let end = rest.find(|c| is_blank(c) || matches!(c, '/' | '>'));
        let found = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        if found.is_empty() || found.contains(['=', '<']) {
            return self
                .error(
                    0,
                    format!("expected a value in quotes behind `{}=`", shown(name)),
                )
                .help("write it as in `domain=\"www.example.com\"`");
        }
        let finding = self.error(found.len(), "expected quotes around the value");
        let value = found.trim_matches(['"', '\'']);
        if value.is_empty() || value.contains(['"', '\'']) {
            return finding.help("close each value with the quote that it begins with");
        }
        let right = format!("{name}=\"{value}\"");
        finding.help(format!("write {}", quoted(&right)))
    }

    /// A value that goes on into the next tag, or to the end of the file.
    fn unclosed(&self, quote: char, body: &str) -> Diagnostic {
        let end = body.find(['<', '>']).unwrap_or(body.len());
        let head = body.get(..end).unwrap_or_default();
        if let Some(finding) = self.mixed_quotes(self.at, quote, head) {
            return finding;
        }
        self.error(
            1 + head.len(),
            "expected the value to end before the tag does: a quote is missing",
        )
        .help("close each value with the quote that it begins with")
    }

    /// `'` at one end of a value and `"` at the other.
    fn mixed_quotes(&self, at: usize, quote: char, value: &str) -> Option<Diagnostic> {
        let other = if quote == '"' { '\'' } else { '"' };
        let end = value.find([other, '=']).filter(|end| {
            value
                .get(*end..)
                .is_some_and(|rest| rest.starts_with(other))
        })?;
        let message = format!("the value begins with `{quote}` and ends with `{other}`");
        let finding = self.error_at(at..at + 1 + end + 1, message);
        Some(finding.help("close each value with the quote that it begins with"))
    }

    /// Something other than a space after a value: mostly a quote is missing, and this one begins the next value.
    fn after_value(&self, before: &Before) -> Diagnostic {
        let Before::Value(place) = before else {
            return self.error(0, "expected a space");
        };
        if let Err(finding) = self.like_blank() {
            return finding;
        }
        let whole = self.text.get(place.clone()).unwrap_or_default();
        let inner = place.start + 1..place.end - 1;
        let value = self.text.get(inner.clone()).unwrap_or_default();
        let quote = whole.chars().next().unwrap_or('"');
        let separator = self
            .rest()
            .chars()
            .next()
            .filter(|c| matches!(c, ',' | ';'));
        if let Some(found) = separator {
            let finding = self.error(
                1,
                format!("expected a space after the value, found `{found}`"),
            );
            return finding.help(format!("remove the `{found}`: spaces separate attributes"));
        }
        let mut finding = if !value.contains('=') {
            let message = "expected a space after the value";
            self.error_at(inner, message)
                .help("write a space between the attributes")
        } else if let Some(finding) = self.mixed_quotes(place.start, quote, value) {
            return finding;
        } else {
            let message = "expected the value to end before the next attribute: a quote is missing";
            self.error_at(inner, message)
                .help("close each value with the quote that it begins with")
        };
        if let Some(label) = &mut finding.label {
            label.text = "this is read as one value".into();
        }
        finding
    }
}

fn shown(name: &str) -> String {
    let name = format!("{}", quoted(name));
    name.trim_matches('`').into()
}
