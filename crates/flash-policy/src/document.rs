//! From the bytes of a file to its elements: encoding, size, XML.

use alloc::vec::Vec;

use crate::lint::{Kind, syntax};
use crate::{Diagnostic, xml};

mod encoding;

pub use crate::xml::{Attribute, Declaration, Doctype, Document, Element, Text};

/// The largest document that is parsed: 64 KiB.
///
/// No client takes one that large: Unity stops at 5,000 bytes, Adobe's own sample server refused over 10,000.
pub const LARGEST: usize = 64 * 1024;

/// The largest file that the linter looks into: 1 MiB. Over [`LARGEST`] it says so, and goes on.
pub const LARGEST_LINTED: usize = 1024 * 1024;

/// Reads a document from the bytes of a file.
///
/// The findings are those of encoding and syntax; where there is no document, at least one of them is an error. A
/// place in a finding or in the document counts bytes of the file as given.
#[must_use]
pub fn read(bytes: &[u8]) -> (Option<Document>, Vec<Diagnostic>) {
    read_up_to(bytes, LARGEST, Kind::Socket)
}

/// Reads a document of so many bytes at most; one over [`LARGEST`] is an error, and is read all the same.
pub(crate) fn read_up_to(
    bytes: &[u8],
    limit: usize,
    kind: Kind,
) -> (Option<Document>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let Some(text) = encoding::text(bytes, limit, kind, &mut findings) else {
        return (None, findings);
    };
    let (document, faults) = xml::read(text.text, text.start);
    findings.extend(syntax::findings(&faults, text.text, text.start, kind));
    (faults.is_empty().then_some(document), findings)
}
