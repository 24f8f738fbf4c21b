//! Findings as text, for people, editors and programs, with one file for each format.
//!
//! Nothing here decides what a finding means or whether it counts.

mod diff;
mod entry;
mod github;
mod human;
mod json;
mod levels;
mod report;
mod sarif;
mod short;
mod stderr;
mod summary;
mod terminal;

use flash_policy::Diagnostic;
pub use flash_policy::diagnostic::Position;
pub use flash_policy::snippets::{Source, printable};

use levels::by_level;
pub use levels::level;
pub use report::{Format, Reporter};
pub use stderr::{PlainError, plain_error, to_stderr};
use summary::More;
pub use summary::Summary;
use terminal::renderer;
pub use terminal::{ColorChoice, choose_color, has_color, is_dumb, without_color};

/// Renders findings for standard error, in messages of the daemon or of a command.
///
/// The last line says where to find more about them.
pub fn findings(found: &[Diagnostic], source: &Source) -> String {
    let renderer = renderer(&std::io::stderr());
    let mut text = human::text(found, source, &renderer);
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

/// A finding for standard output, followed by an empty line.
pub fn finding_on_stdout(finding: &Diagnostic, name: &str, bytes: &[u8]) -> String {
    let source = Source::new(name, bytes);
    let renderer = renderer(&std::io::stdout());
    let found = std::slice::from_ref(finding);
    human::text(found, &source, &renderer)
}

/// A finding without a place in a text, for standard error.
pub fn without_place(finding: &Diagnostic) -> String {
    let source = Source::new("", b"");
    let found = std::slice::from_ref(finding);
    human::text(found, &source, &renderer(&std::io::stderr()))
}
