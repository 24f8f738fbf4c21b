//! What the tables of words share: the text that is spoken of, and what is said of a fault.

use alloc::string::String;

use crate::Span;
use crate::xml::SyntaxFault;

/// The text that has the faults.
#[derive(Clone, Copy)]
pub(super) struct FaultyText<'a> {
    pub(super) text: &'a str,
    pub(super) base: usize,
}

impl<'a> FaultyText<'a> {
    /// What stands at a place.
    pub(super) fn part(self, span: Span) -> &'a str {
        let start = span.start.saturating_sub(self.base);
        let end = span.end.saturating_sub(self.base);
        self.text.get(start..end).unwrap_or_default()
    }

    /// What stands at one of a fault's further places.
    pub(super) fn also(self, fault: &SyntaxFault, index: usize) -> &'a str {
        let place = fault.also.get(index);
        place.map_or("", |span| self.part(*span))
    }

    /// The name of the element whose tag stands at a place.
    pub(super) fn name(self, tag: Span) -> &'a str {
        let tag = self.part(tag);
        let name = tag.trim_start_matches(['<', '/', '\\', ' ']);
        let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '>' | '=' | '<');
        name.split(ends).next().unwrap_or_default()
    }
}

/// What is said of a fault.
pub(super) struct Words {
    pub(super) message: String,
    pub(super) label: &'static str,
    pub(super) note: Option<String>,
    pub(super) help: String,
    /// How many of the further places are shown, and what is said there.
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

    /// Says more at the place itself.
    pub(super) fn label(mut self, label: &'static str) -> Self {
        self.label = label;
        self
    }

    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Shows the further places.
    pub(super) fn also(mut self, other: &'static str) -> Self {
        self.shown = usize::MAX;
        self.other = other;
        self
    }
}
