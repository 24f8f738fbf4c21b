//! What is found, as text: for people, for editors, for programs; one file a format.
//!
//! It must never decide anything: what a finding means, and whether it counts, is settled before.

mod github;
mod human;
mod json;
mod report;
mod sarif;
mod short;
mod source;
mod summary;
#[cfg(test)]
mod tests;

use std::io::{IsTerminal, Write as _};

use annotate_snippets::{Group, Level, Renderer};
use flash_policy::{Diagnostic, Severity};

pub use report::{Format, Reporter};
pub use source::{Position, Source, printable};
use summary::More;
pub use summary::Summary;

/// Renders findings for standard error: what a daemon or a command says of what it was given.
///
/// The last line says where there is more about them.
#[must_use]
pub fn findings(found: &[Diagnostic], source: &Source) -> String {
    let renderer = renderer(&std::io::stderr());
    let mut text = human::text(found, source, human::Fixes::Hidden, &renderer);
    let mut more = More::default();
    for finding in by_level(found) {
        more.add(finding);
    }
    if let Some(more) = more.line() {
        text.push_str(&more);
        text.push_str("\n\n");
    }
    text
}

/// Findings as people read them: errors first, then warnings, hints last; what is of one level stays in its order.
fn by_level(found: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<_> = found.iter().collect();
    sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    sorted
}

/// Where the same mistake is made again, in words; nothing if it is made once.
fn repeats(finding: &Diagnostic, source: &Source) -> Option<String> {
    let others = finding.places() - 1;
    let mut lines: Vec<_> = finding
        .repeats
        .iter()
        .map(|repeat| source.position(repeat.span.start).line)
        .collect();
    lines.sort_unstable();
    lines.dedup();
    let own = finding
        .label
        .as_ref()
        .map(|label| source.position(label.span.start).line);
    if others > 0 && lines.iter().all(|line| Some(*line) == own) {
        return Some(format!("the same is in this line {}", times(others)));
    }
    lines.retain(|line| Some(*line) != own);
    let named: Vec<_> = lines
        .iter()
        .take(LINES_NAMED)
        .map(usize::to_string)
        .collect();
    let lines = match named.as_slice() {
        [] => return None,
        [line] => format!("line {line}"),
        [first @ .., last] if lines.len() == named.len() => {
            format!("lines {} and {last}", first.join(", "))
        }
        all => format!("lines {} and others", all.join(", ")),
    };
    Some(match others {
        1 => format!("the same is in {lines}"),
        _ => format!("the same is in {others} other places: {lines}"),
    })
}

fn times(number: usize) -> String {
    match number {
        1 => "once more".to_owned(),
        _ => format!("{number} more times"),
    }
}

/// How many lines are named of those where a mistake is made again.
const LINES_NAMED: usize = 8;

/// One finding for standard output, followed by an empty line.
#[must_use]
pub fn finding_on_stdout(finding: &Diagnostic, name: &str, bytes: &[u8]) -> String {
    let source = Source::new(name, bytes);
    let renderer = renderer(&std::io::stdout());
    let found = std::slice::from_ref(finding);
    human::text(found, &source, human::Fixes::Hidden, &renderer)
}

/// An error that has no place in a text.
#[must_use]
pub fn plain_error_text(message: &str, help: &[&str]) -> String {
    let title = Group::with_title(Level::ERROR.primary_title(message));
    let mut text = renderer(&std::io::stderr()).render(&[title]);
    for help in help {
        text.push_str("\n  = help: ");
        text.push_str(help);
    }
    text.push('\n');
    text
}

/// A finding that has no place in a text, for standard error.
#[must_use]
pub fn without_place(finding: &Diagnostic) -> String {
    let source = Source::new("", b"");
    let found = std::slice::from_ref(finding);
    human::text(
        found,
        &source,
        human::Fixes::Hidden,
        &renderer(&std::io::stderr()),
    )
}

/// Prints an error that has no place in a text.
pub fn plain_error(message: &str, help: &[&str]) {
    to_stderr(&plain_error_text(message, help));
}

/// Prints to standard error; where that fails, nobody is left to tell.
pub fn to_stderr(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// The level's name, as every format but SARIF and GitHub's has it.
#[must_use]
pub fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Hint => "hint",
        Severity::Warning | _ => "warning",
    }
}

/// Coloured for terminals, unless the user wants none; as wide as the terminal, so that no caret is wrapped away.
fn renderer(stream: &(impl IsTerminal + std::os::fd::AsFd)) -> Renderer {
    if !stream.is_terminal() {
        return Renderer::plain();
    }
    let renderer = if wants_plain() {
        Renderer::plain()
    } else {
        Renderer::styled()
    };
    match rustix::termios::tcgetwinsize(stream) {
        Ok(size) if size.ws_col > NARROWEST => renderer.term_width(size.ws_col.into()),
        Ok(_) | Err(_) => renderer,
    }
}

/// Whether the user wants no colours, or the terminal has none.
#[must_use]
pub fn wants_plain() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) || is_dumb()
}

/// A terminal that knows no escape sequences.
#[must_use]
pub fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Where a terminal says that it is narrower, it most likely does not know.
const NARROWEST: u16 = 40;
