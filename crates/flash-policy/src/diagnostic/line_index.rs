//! Lines and columns of the places in a file, as editors count them.

use alloc::vec::Vec;

use super::Span;

/// The bytes of a file that are summarized together.
const BLOCK: usize = 64;

/// The byte order mark of UTF-8. Editors hide it.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Finds the line and column of a byte in a file.
///
/// A line ends with LF or CR LF. A byte order mark at the start has no column. A sequence of bytes that is not UTF-8
/// counts as one character, as in `String::from_utf8_lossy`. The index does not keep the file; it takes less than half
/// as much memory. A look-up in it does not depend on the length of the line.
///
/// ```
/// use flash_policy::diagnostic::{Column, LineIndex};
/// use flash_policy::{Serving, lint};
///
/// let file = "<cross-domain-policy>\n  <!-- 😀 --><allow-acess-from/>\n</cross-domain-policy>";
/// let report = lint(file.as_bytes(), Serving::from_unknown_port());
/// let label = report.findings[0].label.as_ref().ok_or("no place")?;
///
/// let index = LineIndex::new(file.as_bytes());
/// let place = index.position(label.span.start, Column::Characters);
/// assert_eq!((place.line, place.column), (2, 14));
/// assert_eq!(index.position(label.span.start, Column::Utf16).column, 15);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LineIndex {
    length: usize,
    /// The start of each line. The first one is after the byte order mark.
    lines: Vec<usize>,
    blocks: Vec<Block>,
}

/// What is in some bytes of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Block {
    /// The number of characters that start before this block.
    characters: usize,
    /// The number of those that UTF-16 writes as two units.
    pairs: usize,
    /// A bit for each byte that starts a character.
    starts: u64,
    /// A bit for each byte that starts a character of two units.
    pair_starts: u64,
}

/// The unit in which columns are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Column {
    /// Unicode characters (`char`), as in most editors and compilers.
    #[default]
    Characters,
    /// Units of UTF-16, as in the Language Server Protocol and JavaScript.
    Utf16,
    /// Bytes of the file.
    Bytes,
}

/// A place in a file as an editor shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a line and a column are a position; more would be another type"
)]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1.
    pub column: usize,
}

impl LineIndex {
    /// Reads a file once, in linear time.
    ///
    /// ```
    /// use flash_policy::diagnostic::LineIndex;
    ///
    /// assert_eq!(LineIndex::new(b"a\r\nb\n").line_count(), 3); // the last one is empty
    /// ```
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        let text_start = if bytes.starts_with(MARK) {
            MARK.len()
        } else {
            0
        };
        let mut index = Self {
            length: bytes.len(),
            lines: Vec::from([text_start]),
            blocks: Vec::from([Block::default()]),
        };
        index.blocks.reserve_exact(bytes.len() / BLOCK);
        let text = bytes.get(text_start..).unwrap_or_default();
        let mut at = text_start;
        for chunk in text.utf8_chunks() {
            for character in chunk.valid().chars() {
                index.add(at, character);
                at += character.len_utf8();
            }
            if !chunk.invalid().is_empty() {
                index.add(at, char::REPLACEMENT_CHARACTER);
                at += chunk.invalid().len();
            }
        }
        index.reach(at);
        index
    }

    /// The number of lines. A file that ends with a line end has an empty last line.
    ///
    /// ```
    /// use flash_policy::diagnostic::LineIndex;
    ///
    /// assert_eq!(LineIndex::new(b"<a>\n</a>").line_count(), 2);
    /// assert_eq!(LineIndex::new(b"<a>\n</a>\n").line_count(), 3);
    /// ```
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// The line and column of a byte of the file. Beyond its end, those of its end.
    ///
    /// In the middle of a character, a column in characters or UTF-16 is that of its start.
    ///
    /// ```
    /// use flash_policy::diagnostic::{Column, LineIndex, Position};
    ///
    /// let index = LineIndex::new("\u{feff}ä\r\nb".as_bytes());
    /// assert_eq!(index.position(0, Column::Bytes), Position { line: 1, column: 1 });
    /// assert_eq!(index.position(5, Column::Characters), Position { line: 1, column: 2 });
    /// assert_eq!(index.position(5, Column::Bytes), Position { line: 1, column: 3 });
    /// assert_eq!(index.position(7, Column::Utf16), Position { line: 2, column: 1 });
    /// ```
    #[must_use]
    pub fn position(&self, at: usize, column: Column) -> Position {
        let at = at.min(self.length);
        let line = self.lines.partition_point(|start| *start <= at).max(1);
        let start = self.line_start(line).unwrap_or_default();
        let before = match column {
            Column::Bytes => at.saturating_sub(start),
            Column::Characters => self.before(at).0 - self.before(start).0,
            Column::Utf16 => {
                let ((characters, pairs), (first, first_pairs)) =
                    (self.before(at), self.before(start));
                characters - first + pairs - first_pairs
            }
        };
        Position {
            line,
            column: before + 1,
        }
    }

    /// Where a line is in the file, with its line end. Lines count from 1. `None` if there is no such line.
    ///
    /// ```
    /// use flash_policy::diagnostic::LineIndex;
    ///
    /// let index = LineIndex::new(b"a\r\nb");
    /// assert_eq!(index.line_span(1), Some((0..3).into()));
    /// assert_eq!(index.line_span(2), Some((3..4).into()));
    /// assert_eq!(index.line_span(3), None);
    /// ```
    #[must_use]
    pub fn line_span(&self, line: usize) -> Option<Span> {
        let start = self.line_start(line)?;
        let end = self.lines.get(line).copied().unwrap_or(self.length);
        Some((start..end).into())
    }

    fn line_start(&self, line: usize) -> Option<usize> {
        self.lines.get(line.checked_sub(1)?).copied()
    }

    /// The number of characters that end at or before a byte, and of those with two units of UTF-16.
    fn before(&self, at: usize) -> (usize, usize) {
        let block = self.blocks.get(at / BLOCK).copied().unwrap_or_default();
        let bit = 1_u64 << (at % BLOCK);
        let count = |bits: u64| usize::try_from((bits & (bit - 1)).count_ones()).unwrap_or(0);
        let characters = block.characters + count(block.starts);
        let pairs = block.pairs + count(block.pair_starts);
        if at >= self.length || block.starts & bit != 0 {
            return (characters, pairs);
        }
        // Inside a character, which is counted already.
        let start = self.last_start(at);
        (
            characters.saturating_sub(1),
            pairs - usize::from(start.is_some_and(|start| self.is_pair(start))),
        )
    }

    /// The start of the character that contains a byte.
    fn last_start(&self, at: usize) -> Option<usize> {
        let first = at.saturating_sub(char::MAX.len_utf8());
        (first..at).rev().find(|at| {
            let block = self.blocks.get(at / BLOCK).copied().unwrap_or_default();
            block.starts & (1 << (at % BLOCK)) != 0
        })
    }

    fn is_pair(&self, at: usize) -> bool {
        let block = self.blocks.get(at / BLOCK).copied().unwrap_or_default();
        block.pair_starts & (1 << (at % BLOCK)) != 0
    }

    /// Adds a character that starts at this byte.
    fn add(&mut self, at: usize, character: char) {
        self.reach(at);
        if let Some(block) = self.blocks.last_mut() {
            let bit = 1 << (at % BLOCK);
            block.starts |= bit;
            if character.len_utf16() == 2 {
                block.pair_starts |= bit;
            }
        }
        if character == '\n' {
            self.lines.push(at + 1);
        }
    }

    /// Adds blocks up to the one with this byte.
    fn reach(&mut self, at: usize) {
        while self.blocks.len() <= at / BLOCK {
            let last = self.blocks.last().copied().unwrap_or_default();
            let count = |bits: u64| usize::try_from(bits.count_ones()).unwrap_or(0);
            self.blocks.push(Block {
                characters: last.characters + count(last.starts),
                pairs: last.pairs + count(last.pair_starts),
                ..Block::default()
            });
        }
    }
}
