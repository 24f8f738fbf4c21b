//! The levels of findings: their names, and their order.

use flash_policy::{Diagnostic, Severity};

/// The level's name, as every format but SARIF and GitHub's has it.
pub fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Hint => "hint",
        Severity::Warning | _ => "warning",
    }
}

/// Findings as people read them: errors first, then warnings, hints last; what is of one level stays in its order.
pub(super) fn by_level(found: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<_> = found.iter().collect();
    sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    sorted
}
