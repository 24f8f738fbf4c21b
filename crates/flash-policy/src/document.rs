//! Reads the bytes of a file into XML elements: encoding, size, XML syntax.

use crate::xml;

mod encoding;
mod fault;

pub(crate) use fault::{FileFault, SourceFaults};

#[cfg(feature = "silverlight")]
pub(crate) use crate::xml::NamespaceAttribute;
pub(crate) use crate::xml::{Attribute, Doctype, Document, Element};

/// The largest document that is parsed: 64 KiB, without the NUL that ends it.
///
/// No client is known to accept one that large: Unity reads 5,000 bytes, and Adobe's own sample server refused over
/// 10,000. [`parse`](fn@crate::parse) has other limits too.
pub const LARGEST: usize = 64 * 1024;

/// The largest file that [`lint_with`](crate::lint::lint_with) reads: 1 MiB. Over [`LARGEST`], it reports the size and
/// continues. [`lint`](fn@crate::lint) then reports only the size.
#[cfg(feature = "lint")]
pub const LARGEST_LINTED: usize = 1024 * 1024;

/// Reads a document from the bytes of a file. If the bytes or the XML are invalid, it returns only the faults.
///
/// Locations in the faults and in the document are byte offsets in the given file.
pub(crate) fn read(bytes: &[u8]) -> (Option<Document>, SourceFaults) {
    read_up_to(bytes, LARGEST)
}

/// Reads a document of up to `limit` bytes. A document over [`LARGEST`] is a fault, but is still read.
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
