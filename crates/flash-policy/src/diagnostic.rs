//! What is wrong with a file, and where: data only.
//!
//! Rendering (carets, JSON, SARIF) is the program's business; nothing here knows of terminals or file names.

use alloc::format;
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
    /// It works as it stands; there is something to know, or to tidy up.
    Hint,
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

/// A change of the file that mends what a finding is about, and is safe to make unasked.
///
/// Safe means: what a valid policy grants stays the same, to the last port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Fix {
    /// What it does, as in "remove the dot".
    pub title: String,
    /// The edits, in the order of the file; they don't overlap.
    pub edits: Vec<Edit>,
}

/// A range of bytes of the file, and the text to put there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    /// What to replace; empty for an insertion.
    pub span: Span,
    /// The text to put there; empty for a removal.
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
    /// Further places that belong to it, such as the rule that a duplicate repeats.
    pub secondary: Vec<Label>,
    /// What Flash does, or why it matters.
    pub notes: Vec<String>,
    /// What to write instead, or what to do.
    pub help: Vec<String>,
    /// What may be changed unasked, if anything.
    pub fix: Option<Fix>,
    /// Where else the same mistake is, in the order in which the places were found.
    pub repeats: Vec<Repeat>,
    /// How many more places there are beyond these.
    pub more: usize,
}

/// A further place of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Repeat {
    /// Where.
    pub span: Span,
    /// What may be changed there unasked, under the title of the finding's own fix; empty if nothing.
    pub edits: Vec<Edit>,
}

impl Repeat {
    /// A place where nothing can be changed unasked.
    pub(crate) const fn at(span: Span) -> Self {
        Self {
            span,
            edits: Vec::new(),
        }
    }
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

    /// Points at one more place.
    #[must_use]
    pub fn also_at(mut self, span: impl Into<Span>, text: impl Into<String>) -> Self {
        self.secondary.push(Label {
            span: span.into(),
            text: text.into(),
        });
        self
    }

    /// Offers to replace a place; a second call adds an edit, which must lie behind the first.
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

    /// In how many places it is.
    #[must_use]
    pub fn places(&self) -> usize {
        1 + self.repeats.len() + self.more
    }

    /// Where it is; nothing where there is no text to point at.
    pub fn spans(&self) -> impl Iterator<Item = Span> {
        let own = self.label.iter().map(|label| label.span);
        own.chain(self.repeats.iter().map(|repeat| repeat.span))
    }

    /// The edits of its fix, place by place.
    pub(crate) fn edits(&self) -> impl Iterator<Item = &[Edit]> {
        let own = self.fix.iter().map(|fix| fix.edits.as_slice());
        let repeats = self.repeats.iter().map(|repeat| repeat.edits.as_slice());
        own.chain(repeats).filter(|edits| !edits.is_empty())
    }

    /// All that its fix changes, everywhere, in the order of the file. An edit that overlaps another before it is left
    /// out.
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

    /// Whether another finding differs from it in its places only.
    pub(crate) fn says_the_same_as(&self, other: &Self) -> bool {
        let text = |label: &Option<Label>, other: &Option<Label>| match (label, other) {
            (Some(label), Some(other)) => label.text == other.text,
            (label, other) => label.is_none() && other.is_none(),
        };
        let title = |fix: &Option<Fix>, other: &Option<Fix>| match (fix, other) {
            (Some(fix), Some(other)) => fix.title == other.title,
            (fix, other) => fix.is_none() && other.is_none(),
        };
        (self.rule, self.severity, &self.message) == (other.rule, other.severity, &other.message)
            && (&self.notes, &self.help) == (&other.notes, &other.help)
            && text(&self.label, &other.label)
            && title(&self.fix, &other.fix)
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

/// Whether one of these findings is an error: the file, or a rule in it, fails in the player.
#[must_use]
pub fn any_error(findings: &[Diagnostic]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Error)
}

/// Controls, and characters that have no width or turn the direction of others around.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A character as a message names it: itself if it is seen, its number, and a name if people know it by one.
pub(crate) fn character(c: char) -> String {
    let number = u32::from(c);
    let name = match c {
        '\u{a0}' => "a no-break space",
        '\u{ad}' => "a soft hyphen",
        '\u{200b}' => "a zero-width space",
        '\u{feff}' => "a byte order mark",
        _ if c.is_control() => "a control character",
        _ if c.is_whitespace() => "another kind of space",
        _ if is_hidden(c) => "a character without width",
        _ => return format!("`{c}` (U+{number:04X})"),
    };
    format!("U+{number:04X}, {name}")
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
