//! Findings: what is wrong with a file, where, and how to fix it.
//!
//! This module holds data only. The program renders it (carets, JSON, SARIF); nothing here knows about terminals or
//! file names.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

mod line_index;
mod span;
mod text;

pub use line_index::{Column, LineIndex, Position};
pub use span::Span;
pub use text::is_hidden;
pub(crate) use text::{character, quoted};

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

/// `error`, `warning` or `hint`.
///
/// ```
/// use flash_policy::Severity;
///
/// assert_eq!(Severity::Warning.to_string(), "warning");
/// ```
impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Hint => "hint",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// A location in the file, with a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
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
#[non_exhaustive]
pub struct Edit {
    /// What to replace. Empty for an insertion.
    pub span: Span,
    /// The new text. Empty for a removal.
    pub text: String,
}

/// One finding: the rule, its severity, the location, and what to do.
///
/// Its text is one line, `error[rule]: message`. [`LineIndex`] has the line and column.
///
/// ```
/// use flash_policy::Diagnostic;
///
/// let finding = Diagnostic::error("missing-file", "expected a file, found nothing")
///     .at(7..9, "named here")
///     .help("create it");
/// assert_eq!(finding.to_string(), "error[missing-file]: expected a file, found nothing");
/// assert_eq!(finding.spans().next(), Some((7..9).into()));
/// ```
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

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: {}", self.severity, self.rule, self.message)
    }
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
    ///
    /// ```
    /// use flash_policy::Diagnostic;
    ///
    /// let finding = Diagnostic::error("missing-file", "expected a file, found nothing");
    /// assert_eq!(finding.to_string(), "error[missing-file]: expected a file, found nothing");
    /// ```
    pub fn error(rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Error, message.into())
    }

    /// A finding at warning level.
    ///
    /// ```
    /// use flash_policy::Diagnostic;
    ///
    /// let finding = Diagnostic::warning("old-file", "the file is older than its source");
    /// assert_eq!(finding.to_string(), "warning[old-file]: the file is older than its source");
    /// ```
    pub fn warning(rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Warning, message.into())
    }

    /// Sets the location.
    ///
    /// ```
    /// use flash_policy::Diagnostic;
    ///
    /// let file = "port = 84E";
    /// let finding = Diagnostic::error("invalid-port", "expected a number").at(7..10, "not a number");
    /// let label = finding.label.ok_or("no place")?;
    /// assert_eq!(&file[label.span.start..label.span.end], "84E");
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn at(mut self, span: impl Into<Span>, text: impl Into<String>) -> Self {
        self.label = Some(Label {
            span: span.into(),
            text: text.into(),
        });
        self
    }

    /// Adds a note: what Flash does, or why it matters.
    ///
    /// ```
    /// use flash_policy::Diagnostic;
    ///
    /// let finding = Diagnostic::warning("trailing-dot", "the domain ends with a dot")
    ///     .note("players compare domains as text, so this one matches no movie");
    /// assert_eq!(finding.notes.len(), 1);
    /// ```
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds what to do.
    ///
    /// ```
    /// use flash_policy::Diagnostic;
    ///
    /// let finding = Diagnostic::error("missing-file", "expected a file, found nothing")
    ///     .help("create it, or remove the option");
    /// assert_eq!(finding.help, ["create it, or remove the option"]);
    /// ```
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds a related location.
    ///
    /// ```
    /// use flash_policy::Diagnostic;
    ///
    /// let file = "port = 843\nport = 844";
    /// let finding = Diagnostic::error("duplicate-key", "`port` is set twice")
    ///     .at(11..15, "set again here")
    ///     .also_at(0..4, "first set here");
    /// assert_eq!(finding.secondary[0].text, "first set here");
    /// assert_eq!(finding.spans().count(), 1); // related locations are not locations of the mistake
    /// ```
    #[must_use]
    pub fn also_at(mut self, span: impl Into<Span>, text: impl Into<String>) -> Self {
        self.secondary.push(Label {
            span: span.into(),
            text: text.into(),
        });
        self
    }

    /// Adds an edit to the fix. A second edit must come after the first in the file.
    ///
    /// ```
    /// use flash_policy::Diagnostic;
    ///
    /// let finding = Diagnostic::warning("double-space", "expected one space, found two")
    ///     .fix("remove one", 3..4, "")
    ///     .fix("remove one", 9..10, "");
    /// assert_eq!(finding.all_edits().len(), 2);
    /// ```
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
    ///
    /// ```
    /// use flash_policy::{Serving, lint};
    ///
    /// let file = "<cross-domain-policy><a/><a/><a/></cross-domain-policy>";
    /// let report = lint(file.as_bytes(), Serving::from_unknown_port());
    /// let unknown = report.findings.iter().find(|finding| finding.rule == "unknown-element");
    /// assert_eq!(unknown.map(|finding| finding.places()), Some(3));
    /// ```
    #[must_use]
    pub fn places(&self) -> usize {
        1 + self.repeats.len() + self.more
    }

    /// All listed locations. Empty if there is no text to point at.
    ///
    /// ```
    /// use flash_policy::{Serving, lint};
    ///
    /// let file = "<cross-domain-policy><a/><b/><a/></cross-domain-policy>";
    /// let report = lint(file.as_bytes(), Serving::from_unknown_port());
    /// let unknown = report.findings.iter().find(|finding| finding.rule == "unknown-element");
    /// let spans = unknown.ok_or("not found")?.spans();
    /// let found: Vec<_> = spans.map(|span| &file[span.start..span.end]).collect();
    /// assert_eq!(found, ["a", "a"]); // the same mistake in two places is one finding
    /// # Ok::<(), &str>(())
    /// ```
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
    ///
    /// To fix a whole file, use [`lint::fix`](crate::lint::fix): it checks the result.
    ///
    /// ```
    /// use flash_policy::Diagnostic;
    ///
    /// let file = "a  b  c";
    /// let finding = Diagnostic::warning("double-space", "expected one space, found two")
    ///     .fix("remove one", 1..2, "")
    ///     .fix("remove one", 4..5, "");
    /// let mut fixed = String::from(file);
    /// for edit in finding.all_edits().into_iter().rev() {
    ///     fixed.replace_range(edit.span.start..edit.span.end, &edit.text);
    /// }
    /// assert_eq!(fixed, "a b c");
    /// ```
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
///
/// ```
/// use flash_policy::Diagnostic;
/// use flash_policy::diagnostic::any_error;
///
/// assert!(!any_error(&[Diagnostic::warning("a", "b")]));
/// assert!(any_error(&[Diagnostic::warning("a", "b"), Diagnostic::error("c", "d")]));
/// ```
#[must_use]
pub fn any_error(findings: &[Diagnostic]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Error)
}
