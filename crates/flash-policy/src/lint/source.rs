//! Turns mistakes in a file's bytes into findings. `syntax` does so for its XML.

use alloc::vec::Vec;

use super::rules::{
    byte_order_mark, embedded_nul, empty_file, file_too_large, invalid_utf_8, length_prefix,
    trailing_nul, utf_16, whitespace_before_declaration,
};
use super::{PolicyKind, syntax};
use crate::Diagnostic;
use crate::document::{FileFault, SourceFaults};

/// The findings for a file's bytes and its XML.
pub(crate) fn findings(faults: &SourceFaults, bytes: &[u8], kind: PolicyKind) -> Vec<Diagnostic> {
    let file = faults.file.iter().map(|fault| finding(*fault, kind));
    let mut findings: Vec<Diagnostic> = file.collect();
    if let Some(span) = faults.text {
        let text = bytes.get(span.start..span.end).unwrap_or_default();
        let text = core::str::from_utf8(text).unwrap_or_default();
        findings.extend(syntax::findings(&faults.syntax, text, span.start, kind));
    }
    findings
}

fn finding(fault: FileFault, kind: PolicyKind) -> Diagnostic {
    match fault {
        FileFault::TooLarge => file_too_large::found(),
        FileFault::Utf32 => utf_16::found_utf_32(),
        FileFault::Utf16(span) => utf_16::found(span),
        FileFault::LengthPrefix(span) => length_prefix::found(span),
        FileFault::ByteOrderMark => byte_order_mark::found(kind),
        FileFault::NulAtEnd(span) => trailing_nul::found(span.start..span.end),
        FileFault::NulInside(span) => embedded_nul::found(span),
        FileFault::NotUtf8(span) => invalid_utf_8::found(span),
        FileFault::Empty => empty_file::found("an empty file", kind),
        FileFault::OnlyWhitespace => empty_file::found("only whitespace", kind),
        FileFault::WhitespaceBeforeDeclaration(span) => {
            whitespace_before_declaration::found(span.start..span.end, kind)
        }
    }
}
