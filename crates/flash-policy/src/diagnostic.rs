//! Findings: what is wrong with a file, where, and how to fix it.
//!
//! This module holds data only. The program renders it (carets, JSON, SARIF); nothing here knows about terminals or
//! file names.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

mod builder;
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
///
/// `lint::fix` applies all fixes of a file. An editor can offer them one by one:
///
/// ```
/// # #[cfg(feature = "lint")] {
/// use core::ops::Range;
///
/// use flash_policy::diagnostic::Fix;
/// use flash_policy::{Serving, lint};
///
/// fn apply(fix: &Fix, text: &mut String) {
///     // From the end, so that the places before it stay as they are.
///     for edit in fix.edits.iter().rev() {
///         text.replace_range(Range::from(edit.span), &edit.text);
///     }
/// }
///
/// let mut text = "<cross-domain-policy><allow-access-from domain='a.test' to-ports='80, 81'/></cross-domain-policy>".to_owned();
/// let report = lint(text.as_bytes(), Serving::from_unknown_port());
/// let fix = report.findings[0].fix.as_ref().expect("a fix");
/// assert_eq!(fix.title, "remove the spaces");
/// apply(fix, &mut text);
/// assert!(text.contains("to-ports='80,81'"));
/// # }
/// ```
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
