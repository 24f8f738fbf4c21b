//! What can be wrong with the bytes of a file: a closed list, without words.

use alloc::vec::Vec;

use crate::Span;
use crate::xml::SyntaxFault;

/// Everything that is wrong with a file, up to its elements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceFaults {
    /// What is wrong with its bytes.
    pub file: Vec<FileFault>,
    /// What is wrong with its XML, in the order of the file. Then there is no document.
    pub syntax: Vec<SyntaxFault>,
    /// The text that was read as XML; none where the bytes are no text.
    pub text: Option<Span>,
}

/// One fault of a file's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// More than [`LARGEST`](super::LARGEST) bytes.
    TooLarge,
    /// UTF-32.
    Utf32,
    /// UTF-16: its first bytes.
    Utf16(Span),
    /// A length before the text.
    LengthPrefix(Span),
    /// A byte order mark.
    ByteOrderMark,
    /// A NUL behind the document, and what follows it.
    NulAtEnd(Span),
    /// A NUL within the document.
    NulInside(Span),
    /// A byte that is not UTF-8.
    NotUtf8(Span),
    /// No byte at all.
    Empty,
    /// Nothing but whitespace.
    OnlyWhitespace,
    /// Whitespace before the declaration.
    WhitespaceBeforeDeclaration(Span),
}
