//! A part of a file that people read as sentences.

/// A text, and the line that it starts on. Its lines are those of the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Prose {
    pub(super) line: usize,
    pub(super) text: String,
}
