//! What is wrong with a file, and where: data only.
//!
//! Rendering (carets, JSON, SARIF) is the program's business; nothing here knows of terminals or file names.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write as _};
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
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What; may be empty where the message says it all.
    pub text: String,
}

/// One finding: which rule, how bad, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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

/// Whether one of these findings is an error: the file, or a rule in it, fails in the player.
#[must_use]
pub fn any_error(findings: &[Diagnostic]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Error)
}

/// How much of somebody's text a message repeats.
const QUOTED: usize = 64;

/// A piece of the file in a message: between backquotes, escaped, and cut if it is long.
pub(crate) fn quoted(text: &str) -> impl fmt::Display + '_ {
    Quoted(text)
}

struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('`')?;
        for c in self.0.chars().take(QUOTED) {
            if c.is_control() {
                write!(f, "{}", c.escape_debug())?;
            } else {
                f.write_char(c)?;
            }
        }
        f.write_str(if self.0.chars().nth(QUOTED).is_some() {
            "…`"
        } else {
            "`"
        })
    }
}
