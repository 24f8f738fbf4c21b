//! Strings of the file, and numbers where a string is expected.

use std::fmt::Display;
use std::ops::Range;

use flash_policy::{Diagnostic, Span};
use toml::de::DeValue;

use super::{At, Value};

/// A string and its place.
#[derive(Clone, Debug)]
pub(in crate::config) struct TextValue {
    pub(in crate::config) value: String,
    /// Includes the quotes.
    pub(in crate::config) span: Span,
    /// The place of its first character, unless the string has escapes.
    start: Option<usize>,
}

impl TextValue {
    /// Another text at the same place.
    pub(in crate::config) fn changed(&self, value: String) -> Self {
        let (span, start) = (self.span, None);
        Self { value, span, start }
    }

    /// The place of a part of the string, or of the whole if it has escapes.
    pub(in crate::config) fn place(&self, part: &Range<usize>) -> Span {
        self.start
            .map_or(self.span, |at| Span::from(part.clone()).shifted(at))
    }
}

impl<'a> Value<'a> {
    pub(in crate::config) fn text(&self, found: &mut Vec<Diagnostic>) -> Option<TextValue> {
        let DeValue::String(text) = self.content else {
            found.push(self.wrong_type("a string"));
            return None;
        };
        let written = self.source.get(self.span.start..self.span.end);
        let lead = written.and_then(|written| written.find(text.as_ref()));
        Some(TextValue {
            value: text.to_string(),
            span: self.span,
            start: lead.map(|lead| self.span.start + lead),
        })
    }

    /// A string, or a number as a string. For values whose parser accepts both.
    pub(in crate::config) fn text_or_number(
        &self,
        found: &mut Vec<Diagnostic>,
    ) -> Option<TextValue> {
        match self.number_as_text() {
            Some(text) => Some(text),
            None => self.text(found),
        }
    }

    fn number_as_text(&self) -> Option<TextValue> {
        let value = match self.content {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix())
                .map_or_else(|_| number.to_string(), |number| number.to_string()),
            DeValue::Float(number) => number.to_string(),
            DeValue::String(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => return None,
        };
        let start = (self.written() == Some(value.as_str())).then_some(self.span.start);
        Some(TextValue {
            value,
            span: self.span,
            start,
        })
    }

    /// A string or a number, or a list of these.
    pub(in crate::config) fn texts(&self, found: &mut Vec<Diagnostic>) -> Vec<TextValue> {
        if self.content.is_str() || self.is_number() {
            return self.text_or_number(found).into_iter().collect();
        }
        let items = self.items("a string or a list of strings", found);
        let texts = items.iter().filter_map(|item| item.text_or_number(found));
        texts.collect()
    }

    /// A string, or a list of strings.
    pub(in crate::config) fn strings(&self, found: &mut Vec<Diagnostic>) -> Vec<TextValue> {
        if self.content.is_str() {
            return self.text(found).into_iter().collect();
        }
        let items = self.items("a string or a list of strings", found);
        items.iter().filter_map(|item| item.text(found)).collect()
    }

    /// The strings and numbers of a list, joined into one string. None if it is not such a list.
    pub(in crate::config) fn joined(&self) -> Option<String> {
        let items = self.content.as_array()?.iter().map(|item| {
            let content = item.get_ref();
            let number = content.as_integer().map(ToString::to_string);
            number.or_else(|| content.as_str().map(str::to_owned))
        });
        items
            .collect::<Option<Vec<_>>>()
            .map(|items| items.join(","))
    }

    /// The content of a string.
    pub(in crate::config) fn as_str(&self) -> Option<&'a str> {
        self.content.as_str()
    }

    /// The source text.
    pub(in crate::config) fn written(&self) -> Option<&'a str> {
        self.source.get(self.span.start..self.span.end)
    }
}

/// Parses a text. Reports a finding of this rule if it is invalid.
pub(in crate::config) fn parse_text<T, E: Display>(
    text: &TextValue,
    rule: &'static str,
    parse: impl Fn(&str) -> Result<T, E>,
    found: &mut Vec<Diagnostic>,
) -> Option<At<T>> {
    match parse(&text.value) {
        Ok(value) => Some(At {
            value,
            span: text.span,
        }),
        Err(error) => {
            found.push(Diagnostic::error(rule, error.to_string()).at(text.span, ""));
            None
        }
    }
}
