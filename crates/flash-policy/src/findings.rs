//! Collects findings: a mistake that is made again and again is one finding with many places, and there is a bound on
//! what a hostile file can make of it.
//!
//! It must never lose the last finding of a rule at some level: whether there is an error decides what is served.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::diagnostic::Repeat;
use crate::{Diagnostic, Severity};

/// How many different findings of one rule are kept, at each level. Nobody reads more, and each takes about a kilobyte.
pub(crate) const MOST_OF_A_RULE: usize = 25;

/// How many repetitions of one rule's findings are kept with their places, at each level: as many as there are rules in a
/// file of the size that is fixed, so that one pass fixes all of them.
pub(crate) const MOST_REPEATS: usize = 1500;

/// How many findings were left out, by rule.
pub type Omitted = BTreeMap<&'static str, usize>;

/// Findings, as they are made.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    kept: Vec<Diagnostic>,
    of_rule: BTreeMap<(&'static str, Severity), Tally>,
    omitted: Omitted,
}

/// What is kept of one rule at one level.
#[derive(Debug, Default)]
struct Tally {
    /// Where its findings are among those that are kept.
    indices: Vec<usize>,
    repeats: usize,
}

impl Findings {
    /// Adds a finding; one that says the same as another becomes a further place of that one.
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

    /// What was found so far.
    pub(crate) fn as_slice(&self) -> &[Diagnostic] {
        &self.kept
    }

    /// What was found, and how many more there are of which rules.
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
