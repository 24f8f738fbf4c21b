//! Collects findings. A repeated mistake is one finding with many locations, and the total is limited, so a hostile
//! file cannot produce endless output.
//!
//! This module must never drop the last finding of a rule at a level: whether there is an error decides whether a file
//! is served.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::diagnostic::{Fix, Label, Repeat};
use crate::{Diagnostic, Severity, Span};

/// How many different findings of one rule are kept at each level. More help no reader, and each takes about a
/// kilobyte.
pub(crate) const MOST_OF_A_RULE: usize = 25;

/// How many repetitions of one rule's findings keep their locations, at each level. That is the number of rules in the
/// largest file that can be fixed, so one pass fixes all of them.
pub(crate) const MOST_REPEATS: usize = 1500;

/// The number of findings that were left out, by rule.
pub type Omitted = BTreeMap<&'static str, usize>;

/// The findings so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    kept: Vec<Diagnostic>,
    of_rule: BTreeMap<(&'static str, Severity), Tally>,
    omitted: Omitted,
}

/// The findings that are kept of one rule at one level.
#[derive(Debug, Default)]
struct Tally {
    /// The indices of its findings in `kept`.
    indices: Vec<usize>,
    repeats: usize,
}

impl Findings {
    /// Adds a finding. If an equal one exists, its location is added to that one.
    pub(crate) fn push(&mut self, finding: Diagnostic) {
        let key = (finding.rule, finding.severity);
        let tally = self.of_rule.entry(key).or_default();
        for index in &tally.indices {
            let Some(known) = self.kept.get_mut(*index) else {
                continue;
            };
            if let (true, Some(label)) = (known.says_the_same_as(&finding), &finding.label) {
                if tally.repeats < MOST_REPEATS {
                    tally.repeats += 1;
                    known.repeats.push(Repeat {
                        span: label.span,
                        edits: finding.fix.map(|fix| fix.edits).unwrap_or_default(),
                    });
                } else {
                    known.more += 1;
                }
                return;
            }
        }
        if tally.indices.len() < MOST_OF_A_RULE {
            tally.indices.push(self.kept.len());
            self.kept.push(finding);
        } else {
            *self.omitted.entry(finding.rule).or_default() += 1;
        }
    }

    /// The findings so far.
    pub(crate) fn as_slice(&self) -> &[Diagnostic] {
        &self.kept
    }

    /// The findings, and how many more there were of each rule.
    pub(crate) fn into_parts(self) -> (Vec<Diagnostic>, Omitted) {
        (self.kept, self.omitted)
    }
}

impl Extend<Diagnostic> for Findings {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, findings: T) {
        for finding in findings {
            self.push(finding);
        }
    }
}

impl Repeat {
    /// A location without a fix.
    pub(crate) const fn at(span: Span) -> Self {
        Self {
            span,
            edits: Vec::new(),
        }
    }
}

impl Diagnostic {
    /// Whether another finding differs only in its locations.
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
}
