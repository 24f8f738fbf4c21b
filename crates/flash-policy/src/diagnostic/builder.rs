//! Builds a finding, part by part.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Diagnostic, Edit, Fix, Label, Severity, Span};

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
