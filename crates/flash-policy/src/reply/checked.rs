//! Replies for policy files that the linter has checked.

use core::fmt;

use super::Reply;
use crate::{LintReport, Serving, Severity, lint};

impl Reply {
    /// Builds the reply for a policy file, if no part of it fails in the player: its bytes, unchanged, and one NUL.
    ///
    /// Warnings are not errors. To see them too, call [`lint`](fn@crate::lint).
    ///
    /// ```
    /// use flash_policy::{Port, Reply, Serving};
    ///
    /// let served = Serving::from_port(Port::MASTER);
    /// let file = br#"<cross-domain-policy><allow-access-from domain="a.test" to-ports="9339"/></cross-domain-policy>"#;
    /// assert_eq!(Reply::checked(file, served)?.as_bytes().split_last(), Some((&0, &file[..])));
    ///
    /// let error = Reply::checked(b"<html></html>", served).unwrap_err();
    /// assert_eq!(error.report().findings[0].rule, "html-page");
    /// # Ok::<(), flash_policy::reply::PolicyFileError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the linter finds an error: the file, or a rule in it, fails in the player.
    pub fn checked(file: &[u8], serving: Serving) -> Result<Self, PolicyFileError> {
        let report = lint(file, serving);
        if report.has_errors() {
            return Err(PolicyFileError { report });
        }
        // A player reads no further than the first NUL, and the linter has checked what comes before it.
        let mut parts = file.split(|&byte| byte == 0);
        Ok(Self::terminated(parts.next().unwrap_or(file)))
    }
}

/// A policy file, or a rule in it, fails in the player.
///
/// ```
/// use flash_policy::{Reply, Serving};
///
/// let error = Reply::checked(b"", Serving::from_unknown_port()).unwrap_err();
/// assert!(error.report().has_errors());
/// println!("{error}");
/// for finding in error.into_report().findings {
///     println!("{}", finding.message);
/// }
/// ```
#[derive(Clone, Debug)]
pub struct PolicyFileError {
    report: LintReport,
}

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
}

/// The first error, and the number of the others.
impl fmt::Display for PolicyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let findings = self.report.findings.iter();
        let mut errors = findings.filter(|finding| finding.severity == Severity::Error);
        let first = errors.next().map_or("", |finding| &finding.message);
        match errors.count() {
            0 => f.write_str(first),
            more => write!(f, "{first} (and {more} more)"),
        }
    }
}

impl core::error::Error for PolicyFileError {}
