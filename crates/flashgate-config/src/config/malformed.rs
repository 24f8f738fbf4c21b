//! Explains TOML that can't be parsed: what the author probably meant, from the line where the parser stopped.
//!
//! The parser's own message helps only people who know TOML. Nothing here decides whether a file can be read.

use std::collections::BTreeSet;

use flash_policy::{Diagnostic, Span};

mod line;
mod list;
mod slip;

use slip::LineFault;

/// How many mistakes are explained, because each may scan the whole text. The others are not shown anyway.
const EXPLAINED: usize = 50;

/// The mistakes, one for each line: after the first in a line, the parser misreads the rest of it.
pub(super) fn findings(faults: &[toml::de::Error], text: &str) -> Vec<Diagnostic> {
    let lines = FileLines::of(text);
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for fault in faults {
        let at = fault.span().map_or(text.len(), |span| span.start);
        let line = lines.around(at);
        if !seen.insert(line.start) {
            continue;
        }
        if found.len() >= EXPLAINED {
            found.push(unexplained(fault));
            continue;
        }
        let (finding, rest) = explain(fault, &line, text);
        found.push(finding);
        if rest == LaterLines::Unreadable {
            break;
        }
    }
    found
}

/// Whether errors in later lines are separate mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LaterLines {
    Readable,
    Unreadable,
}

/// A line of the file.
#[derive(Clone, Copy, Debug)]
struct Line<'a> {
    start: usize,
    text: &'a str,
}

/// Where each line of the file begins.
struct FileLines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> FileLines<'a> {
    fn of(text: &'a str) -> Self {
        let starts = text.split_inclusive('\n').scan(0, |next, line| {
            let start = *next;
            *next += line.len();
            Some(start)
        });
        Self {
            text,
            starts: starts.collect(),
        }
    }

    /// The line at this position. An error at the end of a line is about that line.
    fn around(&self, at: usize) -> Line<'a> {
        let after = self.starts.partition_point(|start| *start <= at);
        let start = after.checked_sub(1).and_then(|it| self.starts.get(it));
        let start = start.copied().unwrap_or_default();
        let end = self.starts.get(after).copied();
        let line = self.text.get(start..end.unwrap_or(self.text.len()));
        let text = line.unwrap_or_default().trim_end_matches(['\n', '\r']);
        Line { start, text }
    }
}

impl Line<'_> {
    fn is_header(&self) -> bool {
        self.text.trim_start().starts_with('[')
    }
}

/// The parser's own message.
fn unexplained(fault: &toml::de::Error) -> Diagnostic {
    let finding = Diagnostic::error("malformed-toml", fault.message());
    match fault.span() {
        Some(span) => finding.at(span, ""),
        None => finding,
    }
}

fn explain(fault: &toml::de::Error, line: &Line<'_>, text: &str) -> (Diagnostic, LaterLines) {
    let place = fault.span().map(Span::from);
    let place = place.filter(|place| place.start <= line.start + line.text.len());
    let finding = |message: &str, place: Option<Span>| {
        let finding = Diagnostic::error("malformed-toml", message);
        match place {
            Some(place) => finding.at(place, ""),
            None => finding,
        }
    };
    if fault.message().starts_with("duplicate key") {
        let message = format!("duplicate key `{}`", slip::name(line.text));
        // The keys of a second section collide with those of the first.
        let rest = if line.is_header() {
            LaterLines::Unreadable
        } else {
            LaterLines::Readable
        };
        return (twice(finding(&message, place), line, text), rest);
    }
    if let Some((at, slip)) = unclosed(line, text) {
        let place = Span::from(slip.part).shifted(at);
        let finding = finding(&slip.message, Some(place)).help(slip.help);
        return (finding, LaterLines::Unreadable);
    }
    let Some(LineFault {
        message,
        part,
        help,
        closed,
    }) = line::slip(line.text)
    else {
        let help = "a line is a setting, `key = \"value\"`, or a section name in brackets";
        return (
            finding(fault.message(), place).help(help),
            LaterLines::Readable,
        );
    };
    let place = Span::from(part).shifted(line.start);
    let rest = if closed {
        LaterLines::Readable
    } else {
        LaterLines::Unreadable
    };
    (finding(&message, Some(place)).help(help), rest)
}

/// The setting above a line that has not ended where the line begins. The parser only notices it there.
fn unclosed(line: &Line<'_>, text: &str) -> Option<(usize, LineFault)> {
    let before = text.get(..line.start)?;
    let mut at = before.len();
    for above in before.split_inclusive('\n').rev() {
        at -= above.len();
        if !list::begins_entry(above) {
            continue;
        }
        let entry = text.get(at..line.start)?;
        if let Some(slip) = list::bare_line(entry, line.text) {
            return Some((line.start, slip));
        }
        let whole = list::unclosed(entry, line.text).map(|slip| (at, slip));
        let part = || list::table_line(entry, line.text).map(|slip| (line.start, slip));
        return whole.or_else(part);
    }
    None
}

/// A key or section that is already in the file.
fn twice(finding: Diagnostic, line: &Line<'_>, text: &str) -> Diagnostic {
    let name = slip::name(line.text);
    let before = text.get(..line.start).unwrap_or_default();
    let is_it = |(_, other): &(usize, &str)| slip::name(other) == name;
    let numbered = before.lines().enumerate();
    let is_header = |(_, other): &(usize, &str)| other.trim_start().starts_with('[');
    let first = if line.is_header() {
        numbered.filter(is_header).find(is_it)
    } else {
        // Keys of the same section only.
        let lines: Vec<_> = numbered.collect();
        let section = lines.iter().rposition(is_header).unwrap_or(0);
        lines.into_iter().skip(section).find(is_it)
    };
    let finding = match first {
        Some((index, _)) => finding.note(format!("`{name}` is already in line {}", index + 1)),
        None => finding,
    };
    if !line.is_header() {
        return finding.help("remove one of the two");
    }
    if matches!(name, "gate" | "listen") {
        return finding.help(format!(
            "write each as `[[{name}]]`, because there may be several"
        ));
    }
    finding.help("merge the two sections, or rename the second")
}
