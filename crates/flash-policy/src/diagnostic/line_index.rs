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
/// counts as one character, as in `String::from_utf8_lossy`. The index does not keep the file; it takes three quarters
/// as much memory, whatever is in it. A look-up in it does not depend on the length of the line.
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
    blocks: Vec<Block>,
}

/// What begins at each byte of a part of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Block {
    /// Lines. The first one begins after the byte order mark.
    lines: Marks,
    characters: Marks,
    /// Characters that UTF-16 writes as two units.
    pairs: Marks,
}

/// Bytes that begin something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Marks {
    /// How many there are before this block.
    before: usize,
    /// A bit for each byte of this block.
    bits: u64,
}

impl Marks {
    /// How many there are before this bit.
    fn below(self, bit: u64) -> usize {
        self.before + usize::try_from((self.bits & (bit - 1)).count_ones()).unwrap_or(0)
    }

    /// How many there are up to the end of the block.
    fn all(self) -> usize {
        self.before + usize::try_from(self.bits.count_ones()).unwrap_or(0)
    }

    /// The place in the block of the one with this number, counted from 1 at the start of the file.
    fn place(self, number: usize) -> Option<usize> {
        let mut bits = self.bits;
        for _ in 1..number.checked_sub(self.before)? {
            bits &= bits.checked_sub(1)?;
        }
        usize::try_from(bits.trailing_zeros())
            .ok()
            .filter(|place| *place < BLOCK)
    }

    /// Those of the next block, before any is marked.
    fn next(self) -> Self {
        Self {
            before: self.all(),
            bits: 0,
        }
    }
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
            blocks: Vec::with_capacity(bytes.len() / BLOCK + 1),
        };
        index.mark(text_start, |block| &mut block.lines);
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
        self.blocks.last().map_or(1, |block| block.lines.all())
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
        let lines = self.at(at).lines;
        let begins = usize::from(lines.bits & bit(at) != 0);
        let line = (lines.below(bit(at)) + begins).max(1);
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
        let end = self.line_start(line + 1).unwrap_or(self.length);
        Some((start..end).into())
    }

    fn line_start(&self, line: usize) -> Option<usize> {
        let after = self
            .blocks
            .partition_point(|block| block.lines.before < line);
        let block = after.checked_sub(1)?;
        let place = self.blocks.get(block)?.lines.place(line)?;
        Some(block * BLOCK + place)
    }

    /// The number of characters that end at or before a byte, and of those with two units of UTF-16.
    fn before(&self, at: usize) -> (usize, usize) {
        let block = self.at(at);
        let characters = block.characters.below(bit(at));
        let pairs = block.pairs.below(bit(at));
        if at >= self.length || block.characters.bits & bit(at) != 0 {
            return (characters, pairs);
        }
        // Inside a character, which is counted already.
        let start = self.last_start(at);
        let is_pair = start.is_some_and(|start| self.at(start).pairs.bits & bit(start) != 0);
        (characters.saturating_sub(1), pairs - usize::from(is_pair))
    }

    /// The start of the character that contains a byte.
    fn last_start(&self, at: usize) -> Option<usize> {
        let first = at.saturating_sub(char::MAX.len_utf8());
        (first..at)
            .rev()
            .find(|at| self.at(*at).characters.bits & bit(*at) != 0)
    }

    /// The block with this byte.
    fn at(&self, at: usize) -> Block {
        self.blocks.get(at / BLOCK).copied().unwrap_or_default()
    }

    /// Adds a character that starts at this byte.
    fn add(&mut self, at: usize, character: char) {
        self.mark(at, |block| &mut block.characters);
        if character.len_utf16() == 2 {
            self.mark(at, |block| &mut block.pairs);
        }
        if character == '\n' {
            self.mark(at + 1, |block| &mut block.lines);
        }
    }

    /// Marks a byte in the last block or after it.
    fn mark(&mut self, at: usize, marks: fn(&mut Block) -> &mut Marks) {
        self.reach(at);
        if let Some(block) = self.blocks.last_mut() {
            marks(block).bits |= bit(at);
        }
    }

    /// Adds blocks up to the one with this byte.
    fn reach(&mut self, at: usize) {
        while self.blocks.len() <= at / BLOCK {
            let last = self.blocks.last().copied().unwrap_or_default();
            self.blocks.push(Block {
                lines: last.lines.next(),
                characters: last.characters.next(),
                pairs: last.pairs.next(),
            });
        }
    }
}

/// The bit of a byte in its block.
const fn bit(at: usize) -> u64 {
    1 << (at % BLOCK)
}
