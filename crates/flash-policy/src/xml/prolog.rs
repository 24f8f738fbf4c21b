//! The XML declaration and the DOCTYPE.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::characters::{is_name, is_typographic, is_whitespace};
use super::fault::{OutsideFault, PrologFault, SyntaxFaultKind as Kind, ValueFault};
use super::reader::XmlReader;
use super::value::doubled;
use super::{Declaration, Doctype};

impl XmlReader<'_> {
    /// Checks `<?xml … ?>` (production 23). `body` is the text between `<?` and `?>`.
    pub(super) fn judge_declaration(&mut self, body: &str, name: &str, place: Range<usize>) {
        let mark = place.start..place.start + "<?xml".len();
        if place.start != self.first || !self.document.elements.is_empty() {
            self.fault(mark, PrologFault::LateDeclaration);
            return;
        }
        if name != "xml" {
            self.fault(mark, PrologFault::DeclarationCase);
            return;
        }
        let start = place.start + "<?".len();
        let mut encoding = None;
        if !is_sound(body, &mut encoding) {
            let trace = declaration_trace(body, start);
            let whole = (place.clone(), PrologFault::Declaration.into(), Vec::new());
            let (place, kind, also) = trace.unwrap_or(whole);
            self.fault_also(place, kind, &also);
        }
        let encoding = encoding.map(|range| {
            let span = self.span(&(start + range.start..start + range.end));
            (String::from(body.get(range).unwrap_or_default()), span)
        });
        let span = self.span(&place);
        self.document.declaration = Some(Declaration { span, encoding });
    }

    /// `<!DOCTYPE` (production 28), without definitions of its own.
    pub(super) fn doctype(&mut self) {
        let start = self.at;
        let mark = start..start + "<!DOCTYPE".len();
        self.at = mark.end;
        if !self.document.elements.is_empty() {
            self.fault(mark, PrologFault::DoctypePlace);
            self.skip_behind('>');
            return;
        }
        let before = self.faults.len();
        // libxml2 requires no space here.
        self.whitespace();
        let root = self.take_until(|c| is_whitespace(c) || matches!(c, '>' | '[' | '"' | '\''));
        let mut sound = is_name(root);
        let mut system = None;
        if self.whitespace() && !self.rest().starts_with(['>', '[']) {
            system = self.external();
            sound &= system.is_some();
            self.whitespace();
        }
        if self.rest().starts_with('[') {
            self.fault(self.at..self.at + 1, Kind::Definitions);
            self.take_until(|c| c == ']');
        } else if !sound || !self.rest().starts_with('>') {
            self.at = mark.end;
            sound = false;
        }
        self.skip_to_tag_end();
        if !sound && self.faults.len() == before {
            self.fault(start..self.at, PrologFault::Doctype);
        }
        let system = system.map(|range| {
            let span = self.span(&range);
            (String::from(self.part(range)), span)
        });
        let span = self.span(&(start..self.at));
        let root = String::from(root);
        self.document.doctype = Some(Doctype { span, root, system });
    }

    pub(super) fn has_definitions(&self) -> bool {
        self.faults
            .iter()
            .any(|fault| fault.kind == Kind::Definitions)
    }

    /// Reads `SYSTEM` or `PUBLIC` and its literals (production 75). Returns the range of the address.
    fn external(&mut self) -> Option<Range<usize>> {
        let word = self.take_until(|c| is_whitespace(c) || matches!(c, '>' | '[' | '"' | '\''));
        match word {
            "SYSTEM" => {}
            "PUBLIC" => {
                let public = self.literal()?;
                let allowed =
                    |c: char| c.is_ascii_alphanumeric() || " \r\n-'()+,./:=?;!*#@$_%".contains(c);
                if !self.part(public.clone()).chars().all(allowed) {
                    self.fault(public, PrologFault::PublicIdentifier);
                }
            }
            _ => return None,
        }
        self.literal()
    }

    /// Reads a space and a quoted text. Returns its range without the quotes.
    fn literal(&mut self) -> Option<Range<usize>> {
        let spaced = self.whitespace();
        let quote = self.next()?;
        if is_typographic(quote) {
            let place = self.at..self.at + quote.len_utf8();
            self.fault(place, ValueFault::TypographicQuote(quote));
        }
        if !matches!(quote, '"' | '\'') {
            return None;
        }
        if !spaced {
            self.fault(self.at..self.at + 1, PrologFault::DoctypeSpace);
        }
        self.at += 1;
        let start = self.at;
        let found = self.rest().find(quote)?;
        self.at += found + 1;
        Some(start..start + found)
    }
}

/// Whether the body of a declaration, which starts with `xml`, is valid. Sets `encoding` to the range of its encoding.
fn is_sound(body: &str, encoding: &mut Option<Range<usize>>) -> bool {
    let mut at = "xml".len();
    let mut expected = &["version", "encoding", "standalone"][..];
    loop {
        let rest = body.get(at..).unwrap_or_default();
        let pairs = rest.trim_start_matches(is_whitespace);
        if pairs.is_empty() {
            return expected.len() < 3;
        }
        let Some((name, value, after)) = pair(pairs) else {
            return false;
        };
        let index = expected.iter().position(|expected| *expected == name);
        let Some(index) = index.filter(|index| expected.len() < 3 || *index == 0) else {
            return false;
        };
        if rest.len() == pairs.len() || !is_declared(name, value) {
            return false;
        }
        at = body.len() - after.len();
        if name == "encoding" {
            *encoding = Some(at - 1 - value.len()..at - 1);
        }
        expected = expected.get(index + 1..).unwrap_or_default();
    }
}

/// Reads `name = "value"` at the start of a text. Returns the name, the value and the rest.
fn pair(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once('=')?;
    let rest = rest.trim_start_matches(is_whitespace);
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, after) = rest.get(1..)?.split_once(quote)?;
    Some((name.trim_end_matches(is_whitespace), value, after))
}

fn is_declared(name: &str, value: &str) -> bool {
    match name {
        // libxml2 also accepts `1.`.
        "version" => value
            .strip_prefix("1.")
            .is_some_and(|minor| minor.bytes().all(|byte| byte.is_ascii_digit())),
        "encoding" => {
            let mut bytes = value.bytes();
            let follows = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic()) && bytes.all(follows)
        }
        _ => matches!(value, "yes" | "no"),
    }
}

/// The trace that shows where a declaration was copied from: wrong quotes.
pub(super) fn declaration_trace(body: &str, start: usize) -> Option<FaultTrace> {
    let head = body.split(['<', '>']).next().unwrap_or_default();
    if let Some(at) = head.find("=\\\"").or_else(|| head.find("=\\'")) {
        let place = start + at + 1..start + at + 3;
        return Some((place, OutsideFault::Escaped.into(), Vec::new()));
    }
    if let Some((at, quote)) = head.char_indices().find(|(_, c)| is_typographic(*c)) {
        let place = start + at..start + at + quote.len_utf8();
        return Some((
            place,
            ValueFault::TypographicQuote(quote).into(),
            Vec::new(),
        ));
    }
    let mut equals = head.match_indices('=');
    equals.find_map(|(at, _)| {
        let found = doubled(head.get(at + 1..)?)?;
        let name = head.get(..at)?.rsplit(is_whitespace).next()?;
        let behind = start + at + 1;
        let value = behind + found.value.start..behind + found.value.end;
        let also = Vec::from([behind - 1 - name.len()..behind - 1, value]);
        Some((
            behind..behind + found.length,
            ValueFault::DoubledQuotes(found.which).into(),
            also,
        ))
    })
}

/// A location, the fault, and further locations.
pub(super) type FaultTrace = (Range<usize>, Kind, Vec<Range<usize>>);
