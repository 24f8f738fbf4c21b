//! Decodes bytes to text: byte order marks, UTF-16 and UTF-32, NULs, and size.
//!
//! Adobe does not specify an encoding. The reply ends at the first NUL, so a document in UTF-16 ends at its second
//! byte. Everything in the format can be written in ASCII.

use alloc::vec::Vec;

use super::FileFault;
use super::LARGEST;
use crate::xml;

/// The document within a file.
pub(super) struct DecodedText<'a> {
    pub(super) text: &'a str,
    /// Where it starts in the file.
    pub(super) start: usize,
}

/// Finds the document in a file. It leaves out a byte order mark, the first NUL and everything after it, and whitespace
/// before the XML declaration.
pub(super) fn text<'a>(
    bytes: &'a [u8],
    limit: usize,
    faults: &mut Vec<FileFault>,
) -> Option<DecodedText<'a>> {
    // As in a player, the NUL at the end doesn't count.
    let size = bytes.len() - usize::from(bytes.ends_with(b"\0"));
    if size > LARGEST {
        faults.push(FileFault::TooLarge);
        if size > limit {
            return None;
        }
    }
    if is_utf_32(bytes) {
        faults.push(FileFault::Utf32);
        return None;
    }
    if is_utf_16(bytes) {
        faults.push(FileFault::Utf16((0..bytes.len().min(2)).into()));
        return None;
    }
    if let Some(length) = length_prefix(bytes) {
        faults.push(FileFault::LengthPrefix((0..length).into()));
        return None;
    }
    let (body, mut start) = strip_mark(bytes, faults);
    let body = up_to_nul(body, start, faults)?;
    match core::str::from_utf8(body) {
        Err(error) => {
            let at = start + error.valid_up_to();
            faults.push(FileFault::NotUtf8((at..at + 1).into()));
            None
        }
        Ok(text) if text.trim().is_empty() => {
            faults.push(if bytes.is_empty() {
                FileFault::Empty
            } else {
                FileFault::OnlyWhitespace
            });
            None
        }
        Ok(text) => {
            let text = skip_whitespace(text, &mut start, faults);
            Some(DecodedText { text, start })
        }
    }
}

fn strip_mark<'a>(bytes: &'a [u8], faults: &mut Vec<FileFault>) -> (&'a [u8], usize) {
    let Some(body) = bytes.strip_prefix(b"\xEF\xBB\xBF") else {
        return (bytes, 0);
    };
    faults.push(FileFault::ByteOrderMark);
    (body, 3)
}

/// The bytes that a player reads, up to the first NUL. `None` if they are only part of a document.
fn up_to_nul<'a>(bytes: &'a [u8], start: usize, faults: &mut Vec<FileFault>) -> Option<&'a [u8]> {
    let Some(at) = bytes.iter().position(|&byte| byte == 0) else {
        return Some(bytes);
    };
    let (body, rest) = bytes.split_at_checked(at)?;
    let nothing_more = rest
        .iter()
        .all(|byte| matches!(byte, 0) || byte.is_ascii_whitespace());
    if nothing_more || is_whole(body) {
        let place = start + at..start + bytes.len();
        faults.push(FileFault::NulAtEnd(place.into()));
        return Some(body);
    }
    faults.push(FileFault::NulInside((start + at..start + at + 1).into()));
    None
}

/// Whether these bytes are a complete document.
fn is_whole(bytes: &[u8]) -> bool {
    core::str::from_utf8(bytes)
        .is_ok_and(|text| xml::read(without_whitespace(text), 0).1.is_empty())
}

/// The text without whitespace before its XML declaration.
fn without_whitespace(text: &str) -> &str {
    let rest = text.trim_start();
    if rest.starts_with("<?xml") {
        rest
    } else {
        text
    }
}

/// XML allows nothing before its declaration. The whitespace is skipped so that the rest can be checked too.
fn skip_whitespace<'a>(text: &'a str, start: &mut usize, faults: &mut Vec<FileFault>) -> &'a str {
    let rest = without_whitespace(text);
    let skipped = text.len() - rest.len();
    if skipped == 0 {
        return text;
    }
    faults.push(FileFault::WhitespaceBeforeDeclaration(
        (*start..*start + skipped).into(),
    ));
    *start += skipped;
    rest
}

fn is_utf_32(bytes: &[u8]) -> bool {
    let marked = bytes.starts_with(b"\xFF\xFE\0\0") || bytes.starts_with(b"\0\0\xFE\xFF");
    marked || bytes.starts_with(b"<\0\0\0") || bytes.starts_with(b"\0\0\0<")
}

fn is_utf_16(bytes: &[u8]) -> bool {
    let marked = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    marked || matches!(bytes, [b'<', 0, ..] | [0, b'<', ..])
}

/// The number of bytes before the first `<`, if they are few and look like a length.
fn length_prefix(bytes: &[u8]) -> Option<usize> {
    let length = bytes.iter().take(5).position(|&byte| byte == b'<')?;
    let is_length = |byte: &u8| *byte < b' ' && !byte.is_ascii_whitespace();
    let prefix = bytes.get(..length)?;
    prefix.iter().any(is_length).then_some(length)
}
