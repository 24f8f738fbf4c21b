//! What is wrong with a file, and where: data only.
//!
//! Rendering (carets, JSON, SARIF) is the program's business; nothing here knows of terminals or file names.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// A range of bytes in the file, as it lies on disk (a byte order mark counts).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte; equal to `start` for a place between two bytes.
    pub end: usize,
}

impl Span {
    /// The same place in a text that begins `bytes` later.
    #[must_use]
    pub const fn shifted(self, bytes: usize) -> Self {
        Self {
            start: self.start + bytes,
            end: self.end + bytes,
        }
    }

    /// A part of this span, given relative to its start.
    #[must_use]
    pub const fn part(self, range: &Range<usize>) -> Self {
        Self {
            start: self.start + range.start,
            end: self.start + range.end,
        }
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self {
            start: range.start,
            end: range.end,
        }
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// It works, but likely not as meant, or grants more than it should.
    Warning,
    /// The file, or a rule in it, fails in the player.
    Error,
}

/// A place in the file, with what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What; may be empty where the message says it all.
    pub text: String,
}

/// One finding: which rule, how bad, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The rule's name in kebab-case; it reads well after "allow" and never changes its meaning.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What was found, in one line: lower case, no full stop.
    pub message: String,
    /// The place it is about; none where there is no text to point at.
    pub label: Option<Label>,
    /// What Flash does, or why it matters.
    pub notes: Vec<String>,
    /// What to write instead, or what to do.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// A finding at error level.
    pub fn error(rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Error, message.into())
    }

    /// A finding at warning level.
    pub fn warning(rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Warning, message.into())
    }

    /// Points at a place.
    #[must_use]
    pub fn at(mut self, span: impl Into<Span>, text: impl Into<String>) -> Self {
        self.label = Some(Label {
            span: span.into(),
            text: text.into(),
        });
        self
    }

    /// Adds why it matters.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    fn new(rule: &'static str, severity: Severity, message: String) -> Self {
        Self {
            rule,
            severity,
            message,
            label: None,
            notes: Vec::new(),
            help: Vec::new(),
        }
    }
}
