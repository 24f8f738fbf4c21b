//! Workflow commands of GitHub Actions. Each finding becomes an annotation of the line.
//!
//! Source: GitHub, *Workflow commands for GitHub Actions*. The escaping is in its `actions/toolkit`,
//! `packages/core/src/command.ts`.

use std::fmt::Write as _;
use std::io;

use flash_policy::{Diagnostic, Severity};

use super::entry::OutcomeText;
use super::levels::by_level;
use flash_policy::snippets::repeats;
use flash_policy::snippets::{Source, printable};

pub(super) fn lines(entry: &OutcomeText<'_>, out: &mut impl io::Write) -> io::Result<()> {
    let file = property(&entry.outcome.name);
    for finding in by_level(entry.findings()) {
        out.write_all(command(finding, &file, &entry.source).as_bytes())?;
    }
    if entry.omitted() > 0 {
        let message = format!("{} more findings are not shown", entry.omitted());
        writeln!(out, "::notice file={file},title=flashgate lint::{message}")?;
    }
    if let Some(fault) = &entry.outcome.fault {
        let message = data(&fault.message);
        writeln!(out, "::error file={file},title=flashgate lint::{message}")?;
    }
    Ok(())
}

fn command(finding: &Diagnostic, file: &str, source: &Source) -> String {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Hint => "notice",
        Severity::Warning | _ => "warning",
    };
    let mut place = String::new();
    if let Some(label) = &finding.label {
        let start = source.position(label.span.start);
        let end = source.position(label.span.end);
        let _ = write!(place, ",line={},col={}", start.line, start.column);
        let _ = write!(place, ",endLine={}", end.line);
        // An end column is allowed only in the same line.
        if start.line == end.line {
            let _ = write!(place, ",endColumn={}", end.column.max(start.column));
        }
    }
    let again = repeats(finding, source).map(|again| format!("\nnote: {again}"));
    let notes = finding.notes.iter().map(|note| format!("\nnote: {note}"));
    let help = finding.help.iter().map(|help| format!("\nhelp: {help}"));
    let message: String = std::iter::once(finding.message.clone())
        .chain(again)
        .chain(notes)
        .chain(help)
        .collect();
    let title = property(finding.rule);
    let message = data(&message);
    format!("::{level} file={file}{place},title={title}::{message}\n")
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    // GitHub decodes line ends. It has no code for other characters that terminals act on.
    let lines: Vec<_> = text.split(['\r', '\n']).map(printable).collect();
    let mut ends = text.matches(['\r', '\n']);
    let mut shown = String::new();
    for line in lines {
        shown.push_str(&line);
        shown.push_str(ends.next().unwrap_or_default());
    }
    data(&shown).replace(':', "%3A").replace(',', "%2C")
}
