//! What goes to standard error, and errors that have no place in a text.

use std::io::Write as _;

use annotate_snippets::{Group, Level};

use super::terminal::renderer;

/// An error that has no place in a text.
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

/// Prints an error that has no place in a text.
pub fn plain_error(message: &str, help: &[&str]) {
    to_stderr(&plain_error_text(message, help));
}

/// Prints to standard error; where that fails, nobody is left to tell.
pub fn to_stderr(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}
