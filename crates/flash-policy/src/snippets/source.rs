//! The text that findings are about, and excerpts of it.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::Span;
use crate::diagnostic::{Column, LineIndex, Position, is_hidden};

/// The most bytes or characters that are replaced. What follows is not shown. A file with more of them is not text,
/// and each takes 16 bytes to map back.
const MOST_REPLACED: usize = 200_000;

/// The byte order mark of UTF-8. Editors hide it.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// A text, with its name as the user wrote it.
#[derive(Debug)]
pub struct Source {
    name: String,
    /// Without a byte order mark. Invalid UTF-8 and invisible characters are replaced.
    text: String,
    /// Where valid and invalid stretches begin, in the bytes and in the text.
    stretches: Vec<(u32, u32)>,
    index: LineIndex,
}

/// Some complete lines of a text.
pub(super) struct Excerpt<'a> {
    pub(super) text: &'a str,
    /// The number of the first line.
    pub(super) line: usize,
    start: usize,
}

impl Source {
    /// A text and its name, such as a file's. Control characters in the name are escaped, because it is shown on
    /// terminals. With an empty name, findings have no place.
    ///
    /// ```
    /// use flash_policy::snippets::Source;
    ///
    /// let source = Source::new("policies/game.xml", b"<cross-domain-policy/>");
    /// assert_eq!(source.name(), "policies/game.xml");
    /// ```
    #[must_use]
    pub fn new(name: &str, bytes: &[u8]) -> Self {
        let marked = bytes.starts_with(MARK);
        let mut at = if marked { MARK.len() } else { 0 };
        let (mut text, mut stretches) = (String::new(), Vec::from([(0, 0)]));
        let stretch = |at, text: &String| (narrow(at), narrow(text.len()));
        for chunk in bytes.get(at..).unwrap_or_default().utf8_chunks() {
            if stretches.len() > 2 * MOST_REPLACED {
                break;
            }
            stretches.push(stretch(at, &text));
            let mut rest = chunk.valid();
            // A terminal would act on these characters or hide them.
            while let Some((shown, hidden)) = rest.find(is_replaced).map(|at| rest.split_at(at))
                && stretches.len() <= 2 * MOST_REPLACED
            {
                let mut after = hidden.chars();
                let length = after.next().map_or(0, char::len_utf8);
                text.push_str(shown);
                at += shown.len();
                stretches.push(stretch(at, &text));
                text.push(char::REPLACEMENT_CHARACTER);
                at += length;
                stretches.push(stretch(at, &text));
                rest = after.as_str();
            }
            text.push_str(rest);
            at += rest.len();
            if !chunk.invalid().is_empty() {
                stretches.push(stretch(at, &text));
                text.push(char::REPLACEMENT_CHARACTER);
                at += chunk.invalid().len();
            }
        }
        Self {
            name: printable(name),
            index: LineIndex::new(bytes),
            text,
            stretches,
        }
    }

    /// The name, without characters that terminals act on.
    ///
    /// ```
    /// use flash_policy::snippets::Source;
    ///
    /// assert_eq!(Source::new("a\u{1b}[31m.xml", b"").name(), r"a\u{1b}[31m.xml");
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The line and column of a byte in the file. Columns are in characters.
    ///
    /// ```
    /// use flash_policy::snippets::Source;
    ///
    /// let place = Source::new("policy.xml", b"<a>\n <b>").position(5);
    /// assert_eq!((place.line, place.column), (2, 2));
    /// ```
    #[must_use]
    pub fn position(&self, at: usize) -> Position {
        self.index.position(at, Column::Characters)
    }

    /// The lines that contain these places. None if there are no places.
    pub(super) fn excerpt(&self, spans: impl Iterator<Item = Span>) -> Option<Excerpt<'_>> {
        let (mut first, mut last) = (usize::MAX, 0);
        for span in spans {
            first = first.min(self.position(span.start).line);
            last = last.max(self.position(span.end).line);
        }
        let start = self.place(self.index.line_span(first)?.start);
        let end = self.place(self.index.line_span(last)?.end);
        Some(Excerpt {
            text: self.text.get(start..end)?,
            line: first,
            start,
        })
    }

    /// Turns an offset in the bytes into one in the text. Inside a character, it is the start of the character.
    fn place(&self, at: usize) -> usize {
        let index = self
            .stretches
            .partition_point(|(bytes, _)| wide(*bytes) <= at);
        let stretch = index
            .checked_sub(1)
            .and_then(|index| self.stretches.get(index));
        let (bytes, place) = stretch.copied().unwrap_or_default();
        let (bytes, place) = (wide(bytes), wide(place));
        let end = self.stretches.get(index);
        let end = end.map_or(self.text.len(), |(_, place)| wide(*place));
        let mut place = (place + (at - bytes.min(at))).min(end);
        while !self.text.is_char_boundary(place) {
            place -= 1;
        }
        place
    }
}

impl<'a> Excerpt<'a> {
    /// Cuts very long lines to the part around a range. Also returns the range in that part.
    pub(super) fn around(self, range: &Range<usize>) -> (Self, Range<usize>) {
        let mut start = range.start.saturating_sub(SHOWN_AROUND);
        let mut end = range.end.min(range.start + SHOWN_AROUND) + SHOWN_AROUND;
        while !self.text.is_char_boundary(start) {
            start += 1;
        }
        while end < self.text.len() && !self.text.is_char_boundary(end) {
            end += 1;
        }
        let text: &'a str = self
            .text
            .get(start..end.min(self.text.len()))
            .unwrap_or_default();
        let before = self.text.get(..start).unwrap_or_default();
        let cut = Self {
            text,
            line: self.line + before.matches('\n').count(),
            start: self.start + start,
        };
        let shown = range.start - start..(range.end - start).min(text.len());
        (cut, shown)
    }

    /// Turns a place in the file into a range of this excerpt.
    pub(super) fn range(&self, source: &Source, span: Span) -> Range<usize> {
        let place = |at| (source.place(at).max(self.start) - self.start).min(self.text.len());
        let start = place(span.start);
        start..place(span.end).max(start)
    }

    /// Like `range`, but without the end of the last line, which is invisible, so that nothing can be drawn below it.
    pub(super) fn visible(&self, source: &Source, span: Span) -> Range<usize> {
        let range = self.range(source, span);
        let marked = self.text.get(range.clone()).unwrap_or_default();
        let seen = marked.trim_end_matches(['\r', '\n']).len();
        range.start..range.start + seen
    }
}

/// How much of a very long line is shown on each side of a place.
const SHOWN_AROUND: usize = 400;

/// An offset in a text. Texts are shorter than 4 GiB.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn wide(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// Hidden characters except ASCII, for which the renderer has its own replacements.
fn is_replaced(c: char) -> bool {
    is_hidden(c) && !c.is_ascii()
}

/// A name without characters that terminals act on.
///
/// ```
/// use flash_policy::snippets::printable;
///
/// assert_eq!(printable("jeu-été.xml"), "jeu-été.xml");
/// assert_eq!(printable("a\nb.xml"), r"a\nb.xml");
/// ```
#[must_use]
pub fn printable(name: &str) -> String {
    let mut shown = String::new();
    for c in name.chars() {
        if is_hidden(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{Position, Source};

    #[track_caller]
    fn check(bytes: &[u8], at: usize, line: usize, column: usize) {
        let found = Source::new("", bytes).position(at);
        assert_eq!(found, Position { line, column }, "{at}");
    }

    #[test]
    fn places() {
        check(b"", 0, 1, 1);
        check(b"ab\r\ncd", 5, 2, 2);
        check(b"ab\n", 3, 2, 1);
        check("ä全x".as_bytes(), 5, 1, 3);
        check("ä全x".as_bytes(), 3, 1, 2); // inside a character
        check(b"\xEF\xBB\xBFab", 0, 1, 1);
        check(b"\xEF\xBB\xBFab", 2, 1, 1);
        check(b"\xEF\xBB\xBFab", 4, 1, 2);
        check(b"a\xFF\xFFb", 3, 1, 4);
        check("a\u{9b}\u{200b}b".as_bytes(), 6, 1, 4);
        check("a\u{9b}\u{200b}\nb".as_bytes(), 8, 2, 2);
        check(b"ab", 99, 1, 3);
        let long = "ä".repeat(3_000);
        check(long.as_bytes(), 4_002, 1, 2_002);
    }
}
