//! References (`&amp;`, `&#65;`) and line ends in text and in values.

use alloc::string::String;
use core::ops::Range;

use super::characters::{is_character, is_name_character, is_name_start};
use super::fault::MarkupFault;
use super::reader::{ReferenceContext, XmlReader};

/// The entities that XML defines.
const ENTITIES: [(&str, char); 5] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
];

impl XmlReader<'_> {
    /// Returns a text or a value with its references replaced and its line ends normalized.
    pub(super) fn decoded(&mut self, place: Range<usize>, within: ReferenceContext) -> String {
        let source = self.part(place.clone());
        let special = |byte: u8| matches!(byte, b'&' | b'\r' | b'\n' | b'\t');
        if !source.bytes().any(special) {
            return String::from(source);
        }
        let mut text = String::with_capacity(source.len());
        let mut at = 0;
        while let Some(c) = source.get(at..).and_then(|rest| rest.chars().next()) {
            let next = source.as_bytes().get(at + 1);
            match (c, within) {
                ('&', _) => {
                    let (length, c) = self.reference(source, at, place.start);
                    text.push(c.unwrap_or('&'));
                    at += length;
                    continue;
                }
                ('\r', _) if next == Some(&b'\n') => {}
                ('\r', ReferenceContext::Text) => text.push('\n'),
                ('\r' | '\n' | '\t', ReferenceContext::Value) => text.push(' '),
                _ => text.push(c),
            }
            at += c.len_utf8();
        }
        text
    }

    /// Reads the reference at `at` in a text that starts at `start`. Returns its length, and its character if it is
    /// valid.
    fn reference(&mut self, source: &str, at: usize, start: usize) -> (usize, Option<char>) {
        let body = source.get(at + 1..).unwrap_or_default();
        let place = start + at..start + at + 1;
        let (kind, length) = match body.strip_prefix('#') {
            Some(number) => match character(number) {
                Some((length, Some(c))) => return (length + 2, Some(c)),
                Some((length, None)) => (MarkupFault::CharacterReference, length + 2),
                None => (MarkupFault::StrayAmpersand, 1),
            },
            None => match entity(body) {
                Some((length, Some(c))) => return (length + 2, Some(c)),
                Some(_) if self.has_definitions() => return (1, None),
                Some((length, None)) => (MarkupFault::UnknownEntity, length + 2),
                None => (MarkupFault::StrayAmpersand, 1),
            },
        };
        self.fault(place.start..place.start + length, kind);
        (1, None)
    }
}

/// Reads a name and `;`. Returns the name's length, and the character that it means.
fn entity(body: &str) -> Option<(usize, Option<char>)> {
    let length = body.find(|c| !is_name_character(c))?;
    let (name, rest) = body.split_at_checked(length)?;
    if !name.starts_with(is_name_start) || !rest.starts_with(';') {
        return None;
    }
    let known = ENTITIES.iter().find(|(known, _)| *known == name);
    Some((length, known.map(|(_, c)| *c)))
}

/// Reads digits and `;`. Returns the length, including an `x`, and the character if XML allows it.
fn character(number: &str) -> Option<(usize, Option<char>)> {
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    let length = digits.find(|c: char| !c.is_digit(radix))?;
    let (digits, rest) = digits.split_at_checked(length)?;
    if digits.is_empty() || !rest.starts_with(';') {
        return None;
    }
    let code = u32::from_str_radix(digits, radix).ok();
    let found = code.filter(|code| is_character(*code));
    Some((
        length + 1 + usize::from(radix == 16),
        found.and_then(char::from_u32),
    ))
}
