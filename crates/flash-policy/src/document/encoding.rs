//! From bytes to text: byte order marks, UTF-16 and UTF-32, NULs, and size.
//!
//! Adobe never states an encoding. What is certain: the reply ends at the first NUL, so a document in UTF-16 ends at
//! its second byte. Everything the format needs is ASCII.

use alloc::vec::Vec;

use super::LARGEST;
use crate::Diagnostic;
use crate::lint::Kind;
use crate::lint::rules;
use crate::xml;

/// The document within a file.
pub(super) struct Text<'a> {
    pub(super) text: &'a str,
    /// Where it begins in the file.
    pub(super) start: usize,
}

/// Finds the document: without a byte order mark, without the NUL that ends it and what stands behind that, without
/// blanks before the declaration.
pub(super) fn text<'a>(
    bytes: &'a [u8],
    limit: usize,
    kind: Kind,
    findings: &mut Vec<Diagnostic>,
) -> Option<Text<'a>> {
    if bytes.len() > LARGEST {
        findings.push(rules::file_too_large::found());
        if bytes.len() > limit {
            return None;
        }
    }
    if is_utf_32(bytes) {
        findings.push(rules::utf_16::found_utf_32());
        return None;
    }
    if is_utf_16(bytes) {
        findings.push(rules::utf_16::found(bytes));
        return None;
    }
    if let Some(finding) = rules::length_prefix::find(bytes) {
        findings.push(finding);
        return None;
    }
    let (body, mut start) = strip_mark(bytes, kind, findings);
    let body = up_to_nul(body, start, findings)?;
    match core::str::from_utf8(body) {
        Err(error) => {
            findings.push(rules::not_utf_8::found(start + error.valid_up_to()));
            None
        }
        Ok(text) if text.trim().is_empty() => {
            findings.push(rules::empty_file::found(bytes));
            None
        }
        Ok(text) => {
            let text = skip_blanks(text, &mut start, kind, findings);
            Some(Text { text, start })
        }
    }
}

fn strip_mark<'a>(
    bytes: &'a [u8],
    kind: Kind,
    findings: &mut Vec<Diagnostic>,
) -> (&'a [u8], usize) {
    let Some(body) = bytes.strip_prefix(b"\xEF\xBB\xBF") else {
        return (bytes, 0);
    };
    findings.push(rules::bom::found(kind));
    (body, 3)
}

/// What a player takes, which ends at the first NUL; none where that is a part of a document only.
fn up_to_nul<'a>(
    bytes: &'a [u8],
    start: usize,
    findings: &mut Vec<Diagnostic>,
) -> Option<&'a [u8]> {
    let Some(at) = bytes.iter().position(|&byte| byte == 0) else {
        return Some(bytes);
    };
    let (body, rest) = bytes.split_at_checked(at)?;
    let nothing_more = rest
        .iter()
        .all(|byte| matches!(byte, 0) || byte.is_ascii_whitespace());
    if nothing_more || is_whole(body) {
        let place = start + at..start + bytes.len();
        findings.push(rules::nul_at_end::found(place));
        return Some(body);
    }
    findings.push(rules::nul_inside::found(start + at));
    None
}

/// Whether these bytes are a document by themselves.
fn is_whole(bytes: &[u8]) -> bool {
    core::str::from_utf8(bytes).is_ok_and(|text| xml::read(without_blanks(text), 0).1.is_empty())
}

/// The text from its declaration on, if only blanks stand before that.
fn without_blanks(text: &str) -> &str {
    let rest = text.trim_start();
    if rest.starts_with("<?xml") {
        rest
    } else {
        text
    }
}

/// XML allows nothing before its declaration; the parser is given what follows, so that the rest is judged too.
fn skip_blanks<'a>(
    text: &'a str,
    start: &mut usize,
    kind: Kind,
    findings: &mut Vec<Diagnostic>,
) -> &'a str {
    let rest = without_blanks(text);
    let blanks = text.len() - rest.len();
    if blanks == 0 {
        return text;
    }
    findings.push(rules::blanks_before_declaration::found(
        *start..*start + blanks,
        kind,
    ));
    *start += blanks;
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
