//! Replies for policy files that the linter has checked.

use core::fmt;

use super::Reply;
use crate::diagnostic::{Column, LineIndex};
use crate::{Diagnostic, LintReport, Serving, Severity, lint};

impl Reply {
    /// Builds the reply for a policy file, if no part of it fails in the player: its bytes, unchanged, and one NUL.
    ///
    /// The report has the warnings, which are not errors. `serving` is the port that serves the file: for a file on a
    /// game's own port, that port.
    ///
    /// ```
    /// use flash_policy::diagnostic::{Column, LineIndex};
    /// use flash_policy::{Port, Reply, Serving};
    ///
    /// fn load(file: &[u8]) -> Result<Reply, Box<dyn core::error::Error>> {
    ///     let (reply, report) = Reply::checked(file, Serving::from_port(Port::new(9339)?))?;
    ///     let lines = LineIndex::new(file);
    ///     for warning in &report.findings {
    ///         let start = warning.label.as_ref().map_or(0, |label| label.span.start);
    ///         let place = lines.position(start, Column::Characters);
    ///         eprintln!("policy.xml:{}:{}: {warning}", place.line, place.column);
    ///     }
    ///     Ok(reply)
    /// }
    ///
    /// let file = br#"<cross-domain-policy><allow-access-from domain="a.test" to-ports="9339"/></cross-domain-policy>"#;
    /// assert_eq!(load(file)?.as_bytes().split_last(), Some((&0, &file[..])));
    ///
    /// let error = load(b"<cross-domain-policy>\n<allow-access-from domain='a.test' to-ports='0'/>\n</cross-domain-policy>");
    /// let text = error.unwrap_err().to_string();
    /// assert_eq!(text, "line 2, column 46: expected a port from 1 to 65535, found 0");
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the linter finds an error: the file, or a rule in it, fails in the player.
    pub fn checked(file: &[u8], serving: Serving) -> Result<(Self, LintReport), PolicyFileError> {
        let report = lint(file, serving);
        if report.has_errors() {
            let lines = LineIndex::new(file);
            return Err(PolicyFileError { report, lines });
        }
        // A player reads no further than the first NUL, and the linter has checked what comes before it.
        let mut parts = file.split(|&byte| byte == 0);
        let reply = Self::terminated(parts.next().unwrap_or(file));
        Ok((reply, report))
    }
}

/// A policy file, or a rule in it, fails in the player.
///
/// Its text, and what `main` prints for it, is the first few errors with their lines. The report also has the warnings:
///
/// ```
/// use flash_policy::diagnostic::Column;
/// use flash_policy::{Reply, Serving};
///
/// let file = b"<cross-domain-policy>\n  <allow-access-from domain='*'/>\n</cross-domain-policy>";
/// let error = Reply::checked(file, Serving::from_unknown_port()).unwrap_err();
/// let mut lines = Vec::new();
/// for finding in &error.report().findings {
///     let start = finding.spans().next().map_or(0, |span| span.start);
///     let place = error.lines().position(start, Column::Characters);
///     lines.push(format!("policy.xml:{}:{}: {finding}", place.line, place.column));
/// }
/// assert!(lines[0].starts_with("policy.xml:2:3: error[missing-to-ports]: "));
/// ```
#[derive(Clone)]
pub struct PolicyFileError {
    report: LintReport,
    lines: LineIndex,
}

/// The number of errors that the text names.
const NAMED: usize = 5;

impl PolicyFileError {
    /// Everything that the linter found, at least one error included.
    ///
    /// ```
    /// use flash_policy::{Reply, Serving};
    ///
    /// let error = Reply::checked(b"<html></html>", Serving::from_unknown_port()).unwrap_err();
    /// assert_eq!(error.report().findings[0].rule, "html-page");
    /// ```
    #[must_use]
    pub const fn report(&self) -> &LintReport {
        &self.report
    }

    /// Everything that the linter found, at least one error included.
    ///
    /// ```
    /// use flash_policy::{Reply, Serving};
    ///
    /// let error = Reply::checked(b"", Serving::from_unknown_port()).unwrap_err();
    /// let rules: Vec<_> = error.into_report().findings.into_iter().map(|finding| finding.rule).collect();
    /// assert_eq!(rules, ["empty-file"]);
    /// ```
    #[must_use]
    pub fn into_report(self) -> LintReport {
        self.report
    }

    /// The lines and columns of the file.
    ///
    /// ```
    /// use flash_policy::{Reply, Serving};
    ///
    /// let error = Reply::checked(b"<html>\n</html>", Serving::from_unknown_port()).unwrap_err();
    /// assert_eq!(error.lines().line_count(), 2);
    /// ```
    #[must_use]
    pub const fn lines(&self) -> &LineIndex {
        &self.lines
    }

    fn write(&self, finding: &Diagnostic, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(label) = &finding.label {
            let place = self.lines.position(label.span.start, Column::Characters);
            write!(f, "line {}, column {}: ", place.line, place.column)?;
        }
        f.write_str(&finding.message)?;
        match finding.places() {
            1 => Ok(()),
            2 => f.write_str(" (and in another place)"),
            places => write!(f, " (and in {} other places)", places - 1),
        }
    }
}

/// The first errors with their lines and columns, and the number of the others.
impl fmt::Display for PolicyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let findings = self.report.findings.iter();
        let mut errors = findings.filter(|finding| finding.severity == Severity::Error);
        for (index, finding) in errors.by_ref().take(NAMED).enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            self.write(finding, f)?;
        }
        match errors.count() {
            0 => Ok(()),
            1 => f.write_str("; and another error"),
            more => write!(f, "; and {more} other errors"),
        }
    }
}

impl core::error::Error for PolicyFileError {}

debug_is_display!(PolicyFileError);
