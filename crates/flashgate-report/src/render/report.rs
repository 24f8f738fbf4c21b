//! Writes the report of `flashgate lint`, file by file as they are checked.
//!
//! Output for programs contains nothing but their format. The rest goes to standard error. No report is kept in
//! memory, because the report of a hostile file is many times as large as the file.

use std::fmt::Write as _;
use std::io::{self, Write};

use annotate_snippets::Renderer;
use flash_policy::Diagnostic;
use flash_policy::lint::PolicyKind;

use super::diff::DiffLook;
use super::entry::OutcomeText;
use super::levels::by_level;
use super::stderr::{PlainError, to_stderr};
use super::summary::{More, Summary, omitted};
use super::terminal::renderer;
use super::{github, human, json, sarif, short};
use crate::outcome::{FileError, FileOutcome, KindFrom, RulesCheck};
use flash_policy::snippets::Source;

/// The format of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// With carets, for people.
    #[default]
    Human,
    /// A line for each finding, for editors.
    Short,
    /// The format in `docs/lint.schema.json`.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands of GitHub Actions.
    GitHub,
    /// The safe fixes as a unified diff, and no findings.
    Diff,
}

/// Writes a report.
pub struct Reporter<W: Write> {
    out: io::BufWriter<W>,
    form: FormatState,
    summary: Summary,
    more: More,
    /// The first write error. Nothing is written after it.
    written: io::Result<()>,
}

/// The state that each format keeps between files.
enum FormatState {
    Human(Box<Renderer>),
    Short { stderr: String },
    GitHub { stderr: String },
    Diff { look: DiffLook, stderr: String },
    Json,
    Sarif(sarif::SarifRun),
}

impl<W: Write> Reporter<W> {
    /// A report to `out`. For formats for programs, text for people goes elsewhere.
    pub fn new(format: Format, out: W) -> Self {
        let stderr = String::new();
        Self {
            out: io::BufWriter::new(out),
            form: match format {
                Format::Human => FormatState::Human(Box::new(renderer(&io::stdout()))),
                Format::Short => FormatState::Short { stderr },
                Format::GitHub => FormatState::GitHub { stderr },
                Format::Diff => FormatState::Diff {
                    look: DiffLook::for_stdout(),
                    stderr,
                },
                Format::Json => FormatState::Json,
                Format::Sarif => FormatState::Sarif(sarif::SarifRun::default()),
            },
            summary: Summary::default(),
            more: More::default(),
            written: Ok(()),
        }
    }

    /// Writes the result for a file or folder.
    pub fn add(&mut self, outcome: &FileOutcome) {
        let bytes = outcome.judged.as_ref().map(|judged| &judged.bytes);
        let bytes = bytes.map_or(&[][..], Vec::as_slice);
        let entry = OutcomeText {
            outcome,
            source: Source::new(&outcome.name, bytes),
        };
        let is_first = self.summary.files + self.summary.faults == 0;
        self.summary.add(&entry);
        for finding in by_level(entry.findings()) {
            self.more.add(finding);
        }
        if self.written.is_ok() {
            self.written = self.write(&entry, is_first);
        }
    }

    fn write(&mut self, entry: &OutcomeText<'_>, is_first: bool) -> io::Result<()> {
        let out = &mut self.out;
        match &mut self.form {
            FormatState::Human(renderer) => {
                out.write_all(fixes(entry).as_bytes())?;
                human::findings(entry, renderer, out)?;
                out.write_all(unchecked_rules(entry).as_bytes())?;
                out.write_all(guess(entry).as_bytes())?;
            }
            FormatState::Short { stderr } => {
                short::lines(entry, out)?;
                stderr.push_str(&asides(entry));
                return Ok(());
            }
            FormatState::GitHub { stderr } => {
                github::lines(entry, out)?;
                stderr.push_str(&asides(entry));
                return Ok(());
            }
            FormatState::Diff { look, stderr } => {
                if let Some((old, new)) = entry.proposal() {
                    look.write(entry.source.name(), [old, new], out)?;
                }
                stderr.push_str(&asides(entry));
                return Ok(());
            }
            FormatState::Json => json::file(entry, is_first, out)?,
            FormatState::Sarif(run) => run.add(entry, out)?,
        }
        if entry.outcome.fault.is_some() {
            out.flush()?;
            to_stderr(&fault(entry));
        }
        Ok(())
    }

    /// Writes the end of the report. Returns the summary, and whether everything could be written.
    pub fn finish(mut self) -> (Summary, io::Result<()>) {
        if self.written.is_ok() {
            self.written = self.write_end();
        }
        if let FormatState::Short { stderr }
        | FormatState::GitHub { stderr }
        | FormatState::Diff { stderr, .. } = &self.form
        {
            to_stderr(&format!("{stderr}{}\n", self.summary.line()));
        }
        (self.summary, self.written)
    }

    fn write_end(&mut self) -> io::Result<()> {
        let out = &mut self.out;
        match &self.form {
            FormatState::Human(_) => {
                writeln!(out, "{}", self.summary.line())?;
                if let Some(more) = self.more.line() {
                    writeln!(out, "{more}")?;
                }
            }
            FormatState::Short { .. } | FormatState::GitHub { .. } | FormatState::Diff { .. } => {}
            FormatState::Json => json::end(&self.summary, out)?,
            FormatState::Sarif(run) => run.end(out)?,
        }
        out.flush()
    }
}

/// Text for people, if the format is for editors or GitHub.
fn asides(entry: &OutcomeText<'_>) -> String {
    let more = match entry.omitted() {
        0 => String::new(),
        more => omitted(more, entry.source.name()),
    };
    let unchecked = unchecked_rules(entry);
    [fixes(entry), fault(entry), unchecked, guess(entry), more].concat()
}

/// Says so if only the XML was checked.
fn unchecked_rules(entry: &OutcomeText<'_>) -> String {
    let judged = entry.outcome.judged.as_ref();
    let skipped = judged.filter(|judged| judged.rules == RulesCheck::NotWellFormed);
    skipped.map_or(String::new(), |_| {
        let name = entry.source.name();
        format!("the rules in {name} are not checked until the XML is well-formed\n\n")
    })
}

/// The kind that the file was checked as, if it may be another kind. Then the findings may be wrong.
fn guess(entry: &OutcomeText<'_>) -> String {
    let judged = entry.outcome.judged.as_ref();
    let guessed = judged.filter(|judged| judged.kind_from == KindFrom::File);
    let without_ports = |finding: &Diagnostic| finding.rule == "missing-to-ports";
    let name = entry.source.name();
    match guessed.map(|judged| judged.kind) {
        Some(PolicyKind::Url) => format!(
            "{name} was checked as a URL policy, which a web server serves; use `--as socket` to check it as a socket policy\n\n"
        ),
        Some(PolicyKind::Socket) if entry.findings().iter().any(without_ports) => format!(
            "{name} was checked as a socket policy; if a web server serves it as /crossdomain.xml, use `--as url`\n\n"
        ),
        Some(_) | None => String::new(),
    }
}

/// What was fixed in a file.
fn fixes(entry: &OutcomeText<'_>) -> String {
    let mut text = String::new();
    if entry.fixed().is_empty() {
        return text;
    }
    // Writing to a string can't fail.
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
    text
}

/// Why a file could not be read or written, if so.
fn fault(entry: &OutcomeText<'_>) -> String {
    let Some(FileError { message, help }) = &entry.outcome.fault else {
        return String::new();
    };
    let message = format!("{}: {message}", entry.source.name());
    PlainError::new(&message, &[help]).text()
}
