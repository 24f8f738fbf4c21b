//! One line for each finding, for editors and `grep`: `file:line:column: level[rule]: message`.

use std::io;

use flash_policy::Diagnostic;

use super::entry::OutcomeText;
use super::levels::{by_level, level};
use flash_policy::diagnostic::Position;
use flash_policy::snippets::Source;
use flash_policy::snippets::repeats;

pub(super) fn lines(entry: &OutcomeText<'_>, out: &mut impl io::Write) -> io::Result<()> {
    for finding in by_level(entry.findings()) {
        out.write_all(line(finding, &entry.source).as_bytes())?;
    }
    Ok(())
}

fn line(finding: &Diagnostic, source: &Source) -> String {
    let at = finding.label.as_ref().map_or(0, |label| label.span.start);
    let Position { line, column } = source.position(at);
    let (name, level) = (source.name(), level(finding.severity));
    let (rule, message) = (finding.rule, &finding.message);
    let again = repeats(finding, source);
    let again = again.map(|again| format!(" ({again})")).unwrap_or_default();
    format!("{name}:{line}:{column}: {level}[{rule}]: {message}{again}\n")
}
