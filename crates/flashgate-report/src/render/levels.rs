//! The levels of findings: their names, and their order.

use flash_policy::{Diagnostic, Severity};

/// The level's name in every format except SARIF and GitHub's.
pub fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Hint => "hint",
        Severity::Warning | _ => "warning",
    }
}

/// Findings in the order for people: errors, warnings, hints. The order within a level is kept.
pub(super) fn by_level(found: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<_> = found.iter().collect();
    sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    sorted
}
