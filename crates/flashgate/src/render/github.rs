//! Workflow commands of GitHub Actions: a finding becomes a note beside the line.
//!
//! Source: GitHub, *Workflow commands for GitHub Actions*; what must be escaped, and how, is in its `actions/toolkit`,
//! `packages/core/src/command.ts`.

use std::fmt::Write as _;

use flash_policy::{Diagnostic, Severity};

use super::report::Entry;
use super::{Source, printable};
use crate::lint::Outcome;

pub(super) fn lines(entries: &[Entry<'_>]) -> String {
    let mut text = String::new();
    for entry in entries {
        for finding in entry.findings() {
            text.push_str(&command(finding, entry.outcome, &entry.source));
        }
        if let Some(fault) = &entry.outcome.fault {
            let (file, message) = (property(&entry.outcome.name), data(&fault.message));
            let _ = writeln!(text, "::error file={file},title=flashgate lint::{message}");
        }
    }
    text
}

fn command(finding: &Diagnostic, outcome: &Outcome, source: &Source) -> String {
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
        // Only within one line does it take an end column.
        if start.line == end.line {
            let _ = write!(place, ",endColumn={}", end.column.max(start.column));
        }
    }
    let notes = finding.notes.iter().map(|note| format!("\nnote: {note}"));
    let help = finding.help.iter().map(|help| format!("\nhelp: {help}"));
    let message: String = std::iter::once(finding.message.clone())
        .chain(notes)
        .chain(help)
        .collect();
    let (file, title) = (property(&outcome.name), property(finding.rule));
    let message = data(&message);
    format!("::{level} file={file}{place},title={title}::{message}\n")
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    // GitHub decodes line ends; what else a terminal would act on has no code there.
    let lines: Vec<_> = text.split(['\r', '\n']).map(printable).collect();
    let mut ends = text.matches(['\r', '\n']);
    let mut shown = String::new();
    for line in lines {
        shown.push_str(&line);
        shown.push_str(ends.next().unwrap_or_default());
    }
    data(&shown).replace(':', "%3A").replace(',', "%2C")
}
