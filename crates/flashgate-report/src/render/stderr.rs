//! Writes to standard error, and errors without a place in a text.

use std::io::Write as _;

use annotate_snippets::{Group, Level};

use super::terminal::renderer;

/// An error without a place in a text: what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainError {
    message: String,
    help: Vec<String>,
}

impl PlainError {
    /// What is wrong, and any number of help texts.
    pub fn new(message: &str, help: &[&str]) -> Self {
        Self {
            message: message.to_owned(),
            help: help.iter().map(|&help| help.to_owned()).collect(),
        }
    }

    /// Adds a help text.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// What is wrong, in one line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The help texts.
    pub fn helps(&self) -> &[String] {
        &self.help
    }

    /// The text for standard error.
    pub fn text(&self) -> String {
        let title = Group::with_title(Level::ERROR.primary_title(&self.message));
        let mut text = renderer(&std::io::stderr()).render(&[title]);
        for help in &self.help {
            text.push_str("\n  = help: ");
            text.push_str(help);
        }
        text.push('\n');
        text
    }
}

/// Prints an error without a place in a text.
pub fn plain_error(message: &str, help: &[&str]) {
    to_stderr(&PlainError::new(message, help).text());
}

/// Prints to standard error. Errors are ignored, because there is no other place to report them.
pub fn to_stderr(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}
