//! A line for each finding, as editors and `grep` like them: `file:line:column: level[rule]: message`.

use super::report::Entry;
use super::source::Position;
use super::{Source, level};
use flash_policy::Diagnostic;

pub(super) fn lines(entries: &[Entry<'_>]) -> String {
    let mut text = String::new();
    for entry in entries {
        for finding in entry.findings() {
            text.push_str(&line(finding, &entry.source));
        }
    }
    text
}

fn line(finding: &Diagnostic, source: &Source) -> String {
    let at = finding.label.as_ref().map_or(0, |label| label.span.start);
    let Position { line, column } = source.position(at);
    let (name, level) = (source.name(), level(finding.severity));
    let (rule, message) = (finding.rule, &finding.message);
    format!("{name}:{line}:{column}: {level}[{rule}]: {message}\n")
}
