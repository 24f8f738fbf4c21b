//! Findings as text for a terminal, in the compiler's manner.

pub(crate) mod check;

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};

use annotate_snippets::{AnnotationKind, Element, Group, Level, Renderer, Snippet};
use flash_policy::{Diagnostic, Severity};

/// The text that findings are about.
pub(crate) struct Source<'a> {
    name: &'a str,
    text: String,
    bytes: &'a [u8],
}

impl<'a> Source<'a> {
    /// A file or a flag, by the name the user knows it by.
    pub(crate) fn new(name: &'a str, bytes: &'a [u8]) -> Self {
        Self {
            name,
            text: String::from_utf8_lossy(bytes).into_owned(),
            bytes,
        }
    }

    /// A place in the bytes as a place in the text, where faulty bytes may take more room.
    ///
    /// A place inside a character, which no finding should have, becomes its start: the renderer takes no other.
    fn place(&self, at: usize) -> usize {
        let before = self
            .bytes
            .get(..at.min(self.bytes.len()))
            .unwrap_or_default();
        let place = String::from_utf8_lossy(before).len();
        (0..=place)
            .rev()
            .find(|at| self.text.is_char_boundary(*at))
            .unwrap_or(0)
    }
}

/// More than this nobody reads, and a file can have tens of thousands.
const MOST_SHOWN: usize = 50;

/// Renders findings one after another, each followed by an empty line; of very many, the errors first.
pub(crate) fn findings(found: &[Diagnostic], source: &Source<'_>) -> String {
    let mut shown: Vec<_> = found.iter().collect();
    if shown.len() > MOST_SHOWN {
        shown.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    }
    let mut text = String::new();
    for finding in shown.iter().take(MOST_SHOWN) {
        text.push_str(&renderer(&std::io::stderr()).render(&[group(finding, source)]));
        text.push_str("\n\n");
    }
    if let Some(more) = found.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "{more} more findings in {} are not shown\n\n",
            source.name
        );
    }
    text
}

fn group<'a>(finding: &'a Diagnostic, source: &'a Source<'a>) -> Group<'a> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning | _ => Level::WARNING,
    };
    let mut group = level
        .primary_title(finding.message.as_str())
        .id(finding.rule)
        .element(place(finding, source));
    for note in &finding.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    for help in &finding.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    group
}

fn place<'a>(finding: &'a Diagnostic, source: &'a Source<'a>) -> Element<'a> {
    let Some(label) = &finding.label else {
        return annotate_snippets::Origin::path(source.name).into();
    };
    let range = source.place(label.span.start)..source.place(label.span.end);
    let mark = AnnotationKind::Primary.span(range);
    let mark = if label.text.is_empty() {
        mark
    } else {
        mark.label(label.text.as_str())
    };
    Snippet::source(source.text.as_str())
        .path(source.name)
        .annotation(mark)
        .into()
}

/// An error that has no place in a text.
pub(crate) fn plain_error_text(message: &str, help: &[&str]) -> String {
    let title = Group::with_title(Level::ERROR.primary_title(message));
    let mut text = renderer(&std::io::stderr()).render(&[title]);
    for help in help {
        text.push_str("\n  = help: ");
        text.push_str(help);
    }
    text.push('\n');
    text
}

/// Prints an error that has no place in a text.
pub(crate) fn plain_error(message: &str, help: &[&str]) {
    to_stderr(&plain_error_text(message, help));
}

/// Prints to standard error; where that fails, nobody is left to tell.
pub(crate) fn to_stderr(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// One finding for standard output, followed by an empty line.
pub(crate) fn finding_on_stdout(finding: &Diagnostic, name: &str, bytes: &[u8]) -> String {
    let source = Source::new(name, bytes);
    let text = renderer(&std::io::stdout()).render(&[group(finding, &source)]);
    format!("{text}\n\n")
}

/// The level's name.
pub(crate) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning | _ => "warning",
    }
}

fn renderer(stream: &impl IsTerminal) -> Renderer {
    let colour =
        stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    }
}
