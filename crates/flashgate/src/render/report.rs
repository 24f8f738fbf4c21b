//! What `flashgate lint` says, in the format that is asked for: text for standard output, and text for standard error.
//!
//! What programs read must be nothing but their format: the rest goes to standard error.

use std::fmt::Write as _;

use flash_policy::lint::Kind;
use flash_policy::{Diagnostic, Severity};

use super::{Source, github, human, json, more, renderer, sarif, short};
use crate::lint::{Fault, KindFrom, Outcome};

/// The form of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    #[default]
    Human,
    Short,
    Json,
    Sarif,
    GitHub,
}

/// The two streams of a report.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// One outcome with its text.
pub(super) struct Entry<'a> {
    pub(super) outcome: &'a Outcome,
    pub(super) source: Source,
}

impl Entry<'_> {
    pub(super) fn findings(&self) -> &[Diagnostic] {
        let judged = self.outcome.judged.as_ref();
        judged.map_or(&[], |judged| &judged.findings)
    }

    fn fixed(&self) -> &[String] {
        let judged = self.outcome.judged.as_ref();
        judged.map_or(&[], |judged| &judged.fixed)
    }
}

/// How much of what there is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Summary {
    pub(super) files: usize,
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) hints: usize,
    pub(super) fixed: usize,
    pub(super) fixable: usize,
    pub(super) faults: usize,
}

/// Renders everything that was found.
pub(crate) fn report(outcomes: &[Outcome], format: Format) -> Report {
    let entries: Vec<_> = outcomes.iter().map(entry).collect();
    let summary = Summary::of(&entries);
    match format {
        Format::Human => people(&entries, &summary),
        Format::Short => editor(short::lines(&entries), &entries, &summary),
        Format::GitHub => editor(github::lines(&entries), &entries, &summary),
        Format::Json => programs(&json::document(&entries, &summary), &entries),
        Format::Sarif => programs(&sarif::document(&entries), &entries),
    }
}

fn entry(outcome: &Outcome) -> Entry<'_> {
    let bytes = outcome.judged.as_ref().map(|judged| &judged.bytes);
    let bytes = bytes.map_or(&[][..], Vec::as_slice);
    Entry {
        outcome,
        source: Source::new(&outcome.name, bytes),
    }
}

fn people(entries: &[Entry<'_>], summary: &Summary) -> Report {
    let renderer = renderer(&std::io::stdout());
    let mut stdout = fixes(entries);
    for entry in entries {
        stdout.push_str(&human::findings(
            entry.findings(),
            &entry.source,
            human::Fixes::Shown,
            &renderer,
        ));
    }
    stdout.push_str(&guesses(entries));
    let _ = writeln!(stdout, "{}", summary.line());
    let findings = entries.iter().flat_map(Entry::findings);
    if let Some(more) = more(findings) {
        let _ = writeln!(stdout, "{more}");
    }
    Report {
        stdout,
        stderr: faults(entries),
    }
}

fn editor(stdout: String, entries: &[Entry<'_>], summary: &Summary) -> Report {
    Report {
        stdout,
        stderr: format!(
            "{}{}{}{}\n",
            fixes(entries),
            faults(entries),
            guesses(entries),
            summary.line()
        ),
    }
}

fn programs(document: &serde_json::Value, entries: &[Entry<'_>]) -> Report {
    Report {
        stdout: format!("{document:#}\n"),
        stderr: faults(entries),
    }
}

/// The files that are perhaps of another kind than they were taken for: what is wrong may be the guess.
fn guesses(entries: &[Entry<'_>]) -> String {
    let mut text = String::new();
    for entry in entries {
        let judged = entry.outcome.judged.as_ref();
        let guessed = judged.filter(|judged| judged.kind_from == KindFrom::File);
        let without_ports = |finding: &Diagnostic| finding.rule == "missing-to-ports";
        let name = entry.source.name();
        let _ = match guessed.map(|judged| judged.kind) {
            Some(Kind::Url) => writeln!(
                text,
                "{name} was taken for a URL policy, which a web server has; `--as socket` judges it as a socket policy\n"
            ),
            Some(Kind::Socket) if entry.findings().iter().any(without_ports) => writeln!(
                text,
                "{name} was taken for a socket policy; if a web server has it as /crossdomain.xml, add `--as url`\n"
            ),
            Some(_) | None => Ok(()),
        };
    }
    text
}

/// A line for each file that was mended: what was done.
fn fixes(entries: &[Entry<'_>]) -> String {
    let mut text = String::new();
    for entry in entries.iter().filter(|entry| !entry.fixed().is_empty()) {
        let _ = writeln!(text, "fixed {}:", entry.source.name());
        let mut titles: Vec<(&str, usize)> = Vec::new();
        for title in entry.fixed() {
            match titles.iter_mut().find(|(other, _)| other == title) {
                Some((_, times)) => *times += 1,
                None => titles.push((title, 1)),
            }
        }
        for (title, times) in titles {
            let _ = match times {
                1 => writeln!(text, "  {title}"),
                _ => writeln!(text, "  {title} ({times} times)"),
            };
        }
        text.push('\n');
    }
    text
}

/// What could not be read or written.
fn faults(entries: &[Entry<'_>]) -> String {
    let fault = |entry: &Entry<'_>| {
        let Fault { message, help } = entry.outcome.fault.as_ref()?;
        let message = format!("{}: {message}", entry.source.name());
        Some(super::plain_error_text(&message, &[help]))
    };
    entries.iter().filter_map(fault).collect()
}

impl Summary {
    fn of(entries: &[Entry<'_>]) -> Self {
        let mut summary = Self::default();
        for entry in entries {
            summary.files += usize::from(entry.outcome.judged.is_some());
            summary.faults += usize::from(entry.outcome.fault.is_some());
            summary.fixed += entry.fixed().len();
            for finding in entry.findings() {
                summary.fixable += usize::from(finding.fix.is_some());
                match finding.severity {
                    Severity::Error => summary.errors += 1,
                    Severity::Hint => summary.hints += 1,
                    Severity::Warning | _ => summary.warnings += 1,
                }
            }
        }
        summary
    }

    /// As in "2 files: 1 error, 3 warnings; `--fix` can mend 2 of them".
    fn line(&self) -> String {
        let counts = [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.hints, "hint"),
        ];
        let counts = counts.iter().filter(|(number, _)| *number > 0);
        let counts: Vec<_> = counts.map(|(number, what)| plural(*number, what)).collect();
        let mut line = plural(self.files, "file");
        line.push_str(if self.files == 0 { " judged" } else { ": " });
        match counts.as_slice() {
            // What nobody could read may hold anything.
            [] if self.files == 0 => {}
            [] => line.push_str("no findings"),
            counts => line.push_str(&counts.join(", ")),
        }
        if self.fixed > 0 {
            let _ = write!(line, "; {} made", plural(self.fixed, "fix"));
        }
        if self.fixable > 0 {
            let _ = write!(line, "; `--fix` can mend {}", self.fixable);
        }
        if self.faults > 0 {
            let _ = write!(line, "; {} could not be read or written", self.faults);
        }
        line
    }
}

fn plural(number: usize, what: &str) -> String {
    match (number, what) {
        (1, _) => format!("1 {what}"),
        (_, "fix") => format!("{number} fixes"),
        _ => format!("{number} {what}s"),
    }
}
