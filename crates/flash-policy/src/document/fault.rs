//! The mistakes that the bytes of a file can contain, without messages.

use alloc::vec::Vec;

use crate::Span;
use crate::xml::SyntaxFault;

/// All mistakes in a file, from its bytes to its XML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SourceFaults {
    /// The mistakes in its bytes.
    pub(crate) file: Vec<FileFault>,
    /// The mistakes in its XML, in file order. If there are any, there is no document.
    pub(crate) syntax: Vec<SyntaxFault>,
    /// The text that was parsed as XML. `None` if the bytes are not text.
    pub(crate) text: Option<Span>,
}

impl SourceFaults {
    /// Whether the document in the file is what libxml2 calls well-formed.
    pub(crate) fn is_well_formed(&self) -> bool {
        let has_space =
            |fault: &FileFault| matches!(fault, FileFault::WhitespaceBeforeDeclaration(_));
        self.text.is_some() && self.syntax.is_empty() && !self.file.iter().any(has_space)
    }
}

/// A mistake in the bytes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileFault {
    /// More than [`LARGEST`](super::LARGEST) bytes.
    TooLarge,
    /// UTF-32.
    Utf32,
    /// UTF-16. The span is its first bytes.
    Utf16(Span),
    /// A length before the text.
    LengthPrefix(Span),
    /// A byte order mark.
    ByteOrderMark,
    /// A NUL after the document, and everything after that NUL.
    NulAtEnd(Span),
    /// A NUL within the document.
    NulInside(Span),
    /// A byte that is not UTF-8.
    NotUtf8(Span),
    /// An empty file.
    Empty,
    /// Only whitespace.
    OnlyWhitespace,
    /// Whitespace before the XML declaration.
    WhitespaceBeforeDeclaration(Span),
}
