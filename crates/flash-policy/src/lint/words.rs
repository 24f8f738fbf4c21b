//! Types for the tables of messages: the text that has the errors, and the words for an error.

use alloc::string::String;

use crate::Span;
use crate::xml::SyntaxFault;

/// The text that has the errors.
#[derive(Clone, Copy)]
pub(super) struct FaultyText<'a> {
    pub(super) text: &'a str,
    pub(super) base: usize,
}

impl<'a> FaultyText<'a> {
    /// The text at a place.
    pub(super) fn part(self, span: Span) -> &'a str {
        let start = span.start.saturating_sub(self.base);
        let end = span.end.saturating_sub(self.base);
        self.text.get(start..end).unwrap_or_default()
    }

    /// The text at one of an error's further places.
    pub(super) fn also(self, fault: &SyntaxFault, index: usize) -> &'a str {
        let place = fault.also.get(index);
        place.map_or("", |span| self.part(*span))
    }

    /// The element name of the tag at a place.
    pub(super) fn name(self, tag: Span) -> &'a str {
        let tag = self.part(tag);
        let name = tag.trim_start_matches(['<', '/', '\\', ' ']);
        let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '>' | '=' | '<');
        name.split(ends).next().unwrap_or_default()
    }
}

/// The words for an error.
pub(super) struct Words {
    pub(super) message: String,
    pub(super) label: &'static str,
    pub(super) note: Option<String>,
    pub(super) help: String,
    /// The number of further places to show, and their label.
    pub(super) shown: usize,
    pub(super) other: &'static str,
}

impl Words {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            label: "",
            note: None,
            help: help.into(),
            shown: 0,
            other: "",
        }
    }

    /// Sets the label of the place.
    pub(super) fn label(mut self, label: &'static str) -> Self {
        self.label = label;
        self
    }

    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Shows the further places with a label.
    pub(super) fn also(mut self, other: &'static str) -> Self {
        self.shown = usize::MAX;
        self.other = other;
        self
    }
}
