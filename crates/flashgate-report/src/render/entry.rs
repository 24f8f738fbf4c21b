//! An outcome with its text, as every format gets it.

use flash_policy::Diagnostic;

use crate::outcome::FileOutcome;
use flash_policy::snippets::Source;

/// An outcome with its text.
pub(super) struct OutcomeText<'a> {
    pub(super) outcome: &'a FileOutcome,
    pub(super) source: Source,
}

impl OutcomeText<'_> {
    /// The findings, in the order of the file.
    pub(super) fn findings(&self) -> &[Diagnostic] {
        let judged = self.outcome.judged.as_ref();
        judged.map_or(&[], |judged| &judged.findings)
    }

    pub(super) fn omitted(&self) -> usize {
        let judged = self.outcome.judged.as_ref();
        judged.map_or(0, |judged| judged.omitted)
    }

    pub(super) fn fixed(&self) -> &[String] {
        let judged = self.outcome.judged.as_ref();
        judged.map_or(&[], |judged| &judged.fixed)
    }

    /// The content, and what it would be with the safe fixes.
    pub(super) fn proposal(&self) -> Option<(&[u8], &[u8])> {
        let judged = self.outcome.judged.as_ref()?;
        Some((&judged.bytes, judged.proposal.as_ref()?))
    }
}
