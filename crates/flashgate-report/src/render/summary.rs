//! The number of findings, and where to find more about them.

use std::fmt::Write as _;

use flash_policy::{Diagnostic, Severity, lint};

use super::entry::OutcomeText;

/// The number of findings of each kind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Summary {
    /// Files that were checked.
    pub files: usize,
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that are hints.
    pub hints: usize,
    /// Findings that were left out because there are too many similar ones.
    pub omitted: usize,
    /// Findings that were fixed.
    pub fixed: usize,
    /// Findings that `--fix` can fix.
    pub fixable: usize,
    /// Files that could not be read or written.
    pub faults: usize,
}

impl Summary {
    pub(super) fn add(&mut self, entry: &OutcomeText<'_>) {
        self.files += usize::from(entry.outcome.judged.is_some());
        self.faults += usize::from(entry.outcome.fault.is_some());
        self.fixed += entry.fixed().len();
        self.omitted += entry.omitted();
        for finding in entry.findings() {
            self.fixable += usize::from(finding.fix.is_some());
            match finding.severity {
                Severity::Error => self.errors += 1,
                Severity::Hint => self.hints += 1,
                Severity::Warning | _ => self.warnings += 1,
            }
        }
    }

    /// For example "2 files: 1 error, 3 warnings; `--fix` can fix 2 of them".
    pub(super) fn line(&self) -> String {
        let counts = [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.hints, "hint"),
        ];
        let counts = counts.iter().filter(|(number, _)| *number > 0);
        let counts: Vec<_> = counts.map(|(number, what)| plural(*number, what)).collect();
        let mut line = plural(self.files, "file");
        line.push_str(if self.files == 0 { " checked" } else { ": " });
        match counts.as_slice() {
            // Without a readable file, "no findings" would be wrong.
            [] if self.files == 0 => {}
            [] => line.push_str("no findings"),
            counts => line.push_str(&counts.join(", ")),
        }
        if self.omitted > 0 {
            let _ = write!(line, "; {} more omitted", self.omitted);
        }
        if self.fixed > 0 {
            let _ = write!(line, "; {} made", plural(self.fixed, "fix"));
        }
        if self.fixable > 0 {
            let _ = write!(line, "; `--fix` can fix {}", self.fixable);
        }
        if self.faults > 0 {
            let _ = write!(line, "; {} could not be read or written", self.faults);
        }
        line
    }
}

/// Where to find more about the findings. The worst one is the example.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct More {
    worst: Option<(Severity, &'static str)>,
    are_of_several_rules: bool,
    /// The most severe of those whose rule has no page.
    without_page: Option<Severity>,
}

impl More {
    pub(super) fn add(&mut self, finding: &Diagnostic) {
        if lint::rule(finding.rule).is_none() {
            self.without_page = self.without_page.max(Some(finding.severity));
            return;
        }
        match self.worst {
            Some((worst, rule)) => {
                self.are_of_several_rules |= rule != finding.rule;
                if finding.severity > worst {
                    self.worst = Some((finding.severity, finding.rule));
                }
            }
            None => self.worst = Some((finding.severity, finding.rule)),
        }
    }

    /// Nothing if none of the rules has a page, or only those of less severe findings.
    pub(super) fn line(self) -> Option<String> {
        let (severity, rule) = self.worst?;
        if self.without_page > Some(severity) {
            return None;
        }
        Some(if self.are_of_several_rules {
            format!(
                "for more about one of these, try `flashgate explain RULE`, as in `flashgate explain {rule}`"
            )
        } else {
            format!("for more about this, try `flashgate explain {rule}`")
        })
    }
}

/// A line about findings that are not shown.
pub(super) fn omitted(more: usize, name: &str) -> String {
    format!("{more} more findings in {name} are not shown\n\n")
}

fn plural(number: usize, what: &str) -> String {
    match (number, what) {
        (1, _) => format!("1 {what}"),
        (_, "fix") => format!("{number} fixes"),
        _ => format!("{number} {what}s"),
    }
}
