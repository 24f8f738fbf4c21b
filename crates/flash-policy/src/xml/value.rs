//! Attribute values, and the many ways to get their quotes wrong.

use core::ops::Range;

use super::characters::{is_typographic, is_whitespace};
use super::fault::{AttributeFault, Doubled, OutsideFault, ValueFault};
use super::reader::XmlReader;
use super::tag::StartTag;

/// A value with doubled quotes.
pub(super) struct DoubledValue {
    pub(super) which: Doubled,
    /// The range of the value in the given text.
    pub(super) value: Range<usize>,
    /// The length, including all quotes and everything before them.
    pub(super) length: usize,
}

/// Checks the text after a `=` for doubled quotes.
pub(super) fn doubled(after: &str) -> Option<DoubledValue> {
    let value = after.trim_start_matches(is_whitespace);
    let at = after.len() - value.len();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let body = value.get(1..)?;
    let inner = body.strip_prefix(quote);
    // A value ends within its tag, so the rest need not be searched.
    let text = inner.unwrap_or(body);
    let end = text.find([quote, '<', '>', '=', '\n'])?;
    let rest = text.get(end..)?.strip_prefix(quote)?;
    if end == 0 || text.starts_with(is_whitespace) {
        return None;
    }
    let ends = |c: char| is_whitespace(c) || matches!(c, '/' | '>' | '?');
    let which = match (inner, rest.strip_prefix(quote)) {
        (Some(_), Some(_)) => Doubled::Both,
        (Some(_), None) => Doubled::First,
        (None, Some(rest)) if !rest.starts_with(|c| !ends(c)) => Doubled::Last,
        (None, _) => return None,
    };
    let start = at + 1 + usize::from(inner.is_some());
    let length = start + end + if which == Doubled::First { 1 } else { 2 };
    Some(DoubledValue {
        which,
        value: start..start + end,
        length,
    })
}

impl<'a> XmlReader<'a> {
    /// Reads the value after a `=`. Returns its range without quotes, and where it ends with them. `None`
    /// without a value.
    pub(super) fn value(
        &mut self,
        name: &Range<usize>,
        tag: &mut StartTag<'a>,
    ) -> Option<(Range<usize>, usize)> {
        let start = self.at;
        let quote = match self.next() {
            Some(quote @ ('"' | '\'')) => quote,
            Some('\\') if matches!(self.part(start..start + 2), "\\\"" | "\\'") => {
                self.fault(start..start + 2, OutsideFault::Escaped);
                return None;
            }
            _ => return self.unquoted(name, tag),
        };
        self.at += 1;
        let value = self.take_until(|c| c == quote || c == '<');
        if !self.rest().starts_with(quote) {
            if self.rest().is_empty() && !value.contains('>') {
                // The file ends here, which the caller reports.
                return None;
            }
            self.at = start;
            return Some(self.unclosed(quote, value));
        }
        let place = start + 1..self.at;
        self.at += 1;
        let next = self.next();
        let sound = next.is_none_or(|c| is_whitespace(c) || matches!(c, '/' | '>'));
        if !sound && let Some(found) = doubled(self.part(start..self.text.len())) {
            return Some(self.doubled_value(&found, start, name));
        }
        tag.value = Some(start..self.at);
        tag.astray &= !sound;
        Some((place, self.at))
    }

    fn doubled_value(
        &mut self,
        found: &DoubledValue,
        start: usize,
        name: &Range<usize>,
    ) -> (Range<usize>, usize) {
        let value = start + found.value.start..start + found.value.end;
        self.at = start + found.length;
        let also = [name.clone(), value.clone()];
        self.fault_also(
            start..self.at,
            ValueFault::DoubledQuotes(found.which),
            &also,
        );
        (value, self.at)
    }

    /// Reads a value that does not start with a straight quote.
    fn unquoted(
        &mut self,
        name: &Range<usize>,
        tag: &mut StartTag<'a>,
    ) -> Option<(Range<usize>, usize)> {
        let start = self.at;
        if let Some(quote) = self.next().filter(|c| is_typographic(*c)) {
            self.at += quote.len_utf8();
            self.unless_astray(tag, start..self.at, ValueFault::TypographicQuote(quote));
            return Some(self.typographic_value());
        }
        let rest = self.rest();
        let ends = |c: char| is_whitespace(c) || matches!(c, '>' | '<');
        let mut found = rest.get(..rest.find(ends).unwrap_or(rest.len()))?;
        if rest.get(found.len()..)?.starts_with('>') {
            found = found.trim_end_matches('/');
        }
        if found.is_empty() || found.contains("=\"") || found.contains("='") {
            self.fault_also(
                start..start,
                ValueFault::EmptyValue,
                core::slice::from_ref(name),
            );
            return None;
        }
        self.at += found.len();
        let also = core::slice::from_ref(name);
        if !tag.astray {
            self.fault_also(start..self.at, ValueFault::Unquoted, also);
        }
        Some((start..self.at, self.at))
    }

    /// Reads the rest of a value that starts with a typographic quote.
    fn typographic_value(&mut self) -> (Range<usize>, usize) {
        let start = self.at;
        self.take_until(|c| is_typographic(c) || matches!(c, '"' | '\'' | '<' | '>' | '='));
        let end = self
            .next()
            .filter(|c| is_typographic(*c) || matches!(c, '"' | '\''));
        let value = start..self.at;
        if let Some(quote) = end {
            self.at += quote.len_utf8();
        } else {
            // Without an end, the value is the first word.
            self.at = start;
            self.take_until(|c| is_whitespace(c) || matches!(c, '/' | '<' | '>'));
        }
        (value.start..value.end.min(self.at), self.at)
    }

    /// Reads a value that continues into the next tag or to the end of the file. `text` is the part before that.
    fn unclosed(&mut self, quote: char, text: &str) -> (Range<usize>, usize) {
        let start = self.at;
        let head = text.split('>').next().unwrap_or_default();
        if let Some((kind, length)) = other_end(quote, head) {
            return self.misread(start, kind, length);
        }
        self.fault(start..start + 1 + head.len(), ValueFault::UnclosedValue);
        let value = match swallowed(head, str::find) {
            Some(at) => head.get(..at).unwrap_or_default(),
            None => head.trim_end_matches('/'),
        };
        self.at = start + 1 + value.len();
        (start + 1..self.at, self.at)
    }

    /// Ends a value where it was intended to end.
    fn misread(&mut self, start: usize, kind: ValueFault, length: usize) -> (Range<usize>, usize) {
        let value = start + 1..start + 1 + length;
        let end = self.part(value.end..self.text.len()).chars().next();
        self.at = value.end + end.map_or(0, char::len_utf8);
        let from = if kind == ValueFault::TypographicEnd {
            value.end
        } else {
            start
        };
        let place = from..self.at;
        self.fault(place, kind);
        (value, self.at)
    }

    /// Handles a character other than a space after a value. Usually a quote is missing, and this one starts the next
    /// value.
    pub(super) fn behind_value(&mut self, next: char, tag: &mut StartTag<'a>) {
        let Some(place) = tag.value.take() else {
            return;
        };
        if matches!(next, ',' | ';') {
            self.fault(self.at..self.at + 1, AttributeFault::Separator(next));
            self.at += 1;
            return;
        }
        let inner = place.start + 1..place.end - 1;
        let text = self.part(inner.clone());
        let quote = self.part(place.clone()).chars().next().unwrap_or('"');
        let ended = other_end(quote, text);
        let end = if let Some((kind, length)) = ended {
            let (value, _) = self.misread(place.start, kind, length);
            value.end
        } else if !text.contains('=') {
            self.unless_astray(tag, inner, AttributeFault::SpaceMissing);
            tag.astray = true;
            return;
        } else {
            self.unless_astray(tag, inner.clone(), ValueFault::QuoteMissing);
            let Some(at) = swallowed(text, str::rfind) else {
                tag.astray = true;
                return;
            };
            self.at = inner.start + at;
            self.at
        };
        // The previous attribute's value ends earlier than first read.
        if let Some(attribute) = tag.attributes.last_mut() {
            let cut = place.end - 1 - end;
            attribute.value_span.end = attribute.value_span.end.saturating_sub(cut);
            attribute.span.end = attribute.value_span.end;
            attribute.value = self.part(inner.start..end).into();
        }
    }
}

/// Where a value ends with a different quote than it starts with: the kind of fault and the value's length.
fn other_end(quote: char, text: &str) -> Option<(ValueFault, usize)> {
    let other = if quote == '"' { '\'' } else { '"' };
    let end = text.find(|c| c == other || c == '=' || is_typographic(c))?;
    let mut rest = text.get(end..)?.chars();
    let found = rest.next().filter(|c| *c != '=')?;
    if found == other {
        return Some((ValueFault::MixedQuotes(quote, other), end));
    }
    let next = rest.next();
    let ends = next.is_none_or(|c| is_whitespace(c) || matches!(c, '/' | '>'));
    ends.then_some((ValueFault::TypographicEnd, end))
}

/// The position, in a value, of the space before another attribute.
fn swallowed(text: &str, find: fn(&str, char) -> Option<usize>) -> Option<usize> {
    let equals = find(text, '=')?;
    let before = text.get(..equals)?.trim_end_matches(is_whitespace);
    let name = before.rsplit(is_whitespace).next()?;
    let at = before.len().checked_sub(name.len() + 1)?;
    let value = text.get(..at)?.trim_end_matches(is_whitespace);
    (!name.is_empty()).then_some(value.len())
}
