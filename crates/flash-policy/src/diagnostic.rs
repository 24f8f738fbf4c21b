//! Findings: what is wrong with a file, where, and how to fix it.
//!
//! This module holds data only. The program renders it (carets, JSON, SARIF); nothing here knows about terminals or
//! file names.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write as _};
use core::ops::Range;

/// A range of bytes in the file as stored on disk. A byte order mark counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte. Equal to `start` for a position between two bytes.
    pub end: usize,
}

impl Span {
    /// Returns this span in a text that starts `bytes` later.
    #[must_use]
    pub const fn shifted(self, bytes: usize) -> Self {
        Self {
            start: self.start + bytes,
            end: self.end + bytes,
        }
    }

    /// Returns a part of this span. The range is relative to its start.
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

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// It works. There is something to know or to clean up.
    Hint,
    /// It works, but probably not as intended, or it allows more than it should.
    Warning,
    /// The file, or a rule in it, fails in the player.
    Error,
}

/// A location in the file, with a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// The location.
    pub span: Span,
    /// The text. Empty if the message says everything.
    pub text: String,
}

/// A change of the file that fixes a finding and is safe to apply automatically.
///
/// Safe means that a valid policy grants exactly the same afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Fix {
    /// What the fix does, for example "remove the dot".
    pub title: String,
    /// The edits, in file order. They don't overlap.
    pub edits: Vec<Edit>,
}

/// A range of bytes of the file, and the text to put there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    /// What to replace. Empty for an insertion.
    pub span: Span,
    /// The new text. Empty for a removal.
    pub text: String,
}

/// One finding: the rule, its severity, the location, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The rule's name in kebab-case. It reads well after "allow", and its meaning never changes.
    pub rule: &'static str,
    /// How serious it is.
    pub severity: Severity,
    /// What was found, in one line: lower case, no full stop.
    pub message: String,
    /// The location of the mistake. `None` if there is no text to point at.
    pub label: Option<Label>,
    /// Related locations, such as the rule that a duplicate repeats.
    pub secondary: Vec<Label>,
    /// What Flash does, or why it matters.
    pub notes: Vec<String>,
    /// What to write instead, or what to do.
    pub help: Vec<String>,
    /// A safe fix, if there is one.
    pub fix: Option<Fix>,
    /// Other locations of the same mistake, in the order in which they were found.
    pub repeats: Vec<Repeat>,
    /// The number of further locations that are not listed.
    pub more: usize,
}

/// Another location of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Repeat {
    /// The location.
    pub span: Span,
    /// The edits that fix this location, under the title of the finding's fix. Empty if there is no fix.
    pub edits: Vec<Edit>,
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

    /// Sets the location.
    #[must_use]
    pub fn at(mut self, span: impl Into<Span>, text: impl Into<String>) -> Self {
        self.label = Some(Label {
            span: span.into(),
            text: text.into(),
        });
        self
    }

    /// Adds a note: what Flash does, or why it matters.
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

    /// Adds a related location.
    #[must_use]
    pub fn also_at(mut self, span: impl Into<Span>, text: impl Into<String>) -> Self {
        self.secondary.push(Label {
            span: span.into(),
            text: text.into(),
        });
        self
    }

    /// Adds an edit to the fix. A second edit must come after the first in the file.
    #[must_use]
    pub fn fix(
        mut self,
        title: impl Into<String>,
        span: impl Into<Span>,
        text: impl Into<String>,
    ) -> Self {
        let fix = self.fix.get_or_insert_with(|| Fix {
            title: title.into(),
            edits: Vec::new(),
        });
        fix.edits.push(Edit {
            span: span.into(),
            text: text.into(),
        });
        self
    }

    /// The number of locations.
    #[must_use]
    pub fn places(&self) -> usize {
        1 + self.repeats.len() + self.more
    }

    /// All listed locations. Empty if there is no text to point at.
    pub fn spans(&self) -> impl Iterator<Item = Span> {
        let own = self.label.iter().map(|label| label.span);
        own.chain(self.repeats.iter().map(|repeat| repeat.span))
    }

    /// The edits of its fix, location by location.
    pub(crate) fn edits(&self) -> impl Iterator<Item = &[Edit]> {
        let own = self.fix.iter().map(|fix| fix.edits.as_slice());
        let repeats = self.repeats.iter().map(|repeat| repeat.edits.as_slice());
        own.chain(repeats).filter(|edits| !edits.is_empty())
    }

    /// All edits of its fix, in file order. A location whose edits overlap earlier ones is left out.
    #[must_use]
    pub fn all_edits(&self) -> Vec<&Edit> {
        let mut places: Vec<_> = self.edits().collect();
        places.sort_by_key(|edits| edits.first().map(|edit| edit.span.start));
        let mut at = 0;
        places.retain(|edits| {
            let overlaps = edits.first().is_none_or(|edit| edit.span.start < at);
            at = edits.last().map_or(at, |edit| edit.span.end.max(at));
            !overlaps
        });
        places.into_iter().flatten().collect()
    }

    /// A finding at any level.
    pub(crate) fn new(rule: &'static str, severity: Severity, message: String) -> Self {
        Self {
            rule,
            severity,
            message,
            label: None,
            notes: Vec::new(),
            help: Vec::new(),
            secondary: Vec::new(),
            fix: None,
            repeats: Vec::new(),
            more: 0,
        }
    }
}

/// Whether any of these findings is an error.
#[must_use]
pub fn any_error(findings: &[Diagnostic]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Error)
}

/// Whether a character is a control character, is invisible, or changes the text direction.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A character as messages show it: its number, with the character itself if it is visible, or with a name.
pub(crate) fn character(c: char) -> String {
    let number = u32::from(c);
    let name = match c {
        '\u{a0}' => "a no-break space",
        '\u{ad}' => "a soft hyphen",
        '\u{200b}' => "a zero-width space",
        '\u{feff}' => "a byte order mark",
        _ if c.is_control() => "a control character",
        _ if c.is_whitespace() => "a non-ASCII space",
        _ if is_hidden(c) => "an invisible character",
        _ => return format!("`{c}` (U+{number:04X})"),
    };
    format!("U+{number:04X}, {name}")
}

/// The number of characters after which a message cuts quoted text.
const QUOTED: usize = 64;

/// A piece of the file in a message: in backquotes, escaped, and cut if it is long.
pub(crate) fn quoted(text: &str) -> impl fmt::Display + '_ {
    Quoted(text)
}

struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('`')?;
        for c in self.0.chars().take(QUOTED) {
            if is_hidden(c) {
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
