//! From the bytes of a file to its elements: encoding, size, XML.

use crate::xml;

mod encoding;
mod fault;

pub use fault::{FileFault, SourceFaults};

pub use crate::xml::{Attribute, Declaration, Doctype, Document, Element, Text};

/// The largest document that is parsed: 64 KiB.
///
/// No client takes one that large: Unity stops at 5,000 bytes, Adobe's own sample server refused over 10,000.
pub const LARGEST: usize = 64 * 1024;

/// The largest file that the linter looks into: 1 MiB. Over [`LARGEST`] it says so, and goes on.
pub const LARGEST_LINTED: usize = 1024 * 1024;

/// Reads a document from the bytes of a file. If the bytes or the XML are broken, there are faults and no document.
///
/// A place in a fault or in the document counts bytes of the file as given.
#[must_use]
pub fn read(bytes: &[u8]) -> (Option<Document>, SourceFaults) {
    read_up_to(bytes, LARGEST)
}

/// Reads a document of up to `limit` bytes; one over [`LARGEST`] is a fault, and is read all the same.
pub(crate) fn read_up_to(bytes: &[u8], limit: usize) -> (Option<Document>, SourceFaults) {
    let mut faults = SourceFaults::default();
    let Some(text) = encoding::text(bytes, limit, &mut faults.file) else {
        return (None, faults);
    };
    let (document, syntax) = xml::read(text.text, text.start);
    faults.syntax = syntax;
    faults.text = Some((text.start..text.start + text.text.len()).into());
    (faults.syntax.is_empty().then_some(document), faults)
}
