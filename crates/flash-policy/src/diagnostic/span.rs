//! A place in a file, in bytes.

use core::ops::Range;

/// A range of bytes in the file as stored on disk. A byte order mark counts.
///
/// ```
/// use flash_policy::Span;
///
/// let file = "<site-control/>";
/// let name = Span::from(1..13);
/// assert_eq!(&file[name.start..name.end], "site-control");
/// assert_eq!(&file[std::ops::Range::from(name)], "site-control");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a range has two ends")]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte. Equal to `start` for a position between two bytes.
    pub end: usize,
}

impl Span {
    /// Returns this span in a text that starts `bytes` later.
    ///
    /// ```
    /// use flash_policy::Span;
    ///
    /// assert_eq!(Span::from(1..4).shifted(3), Span::from(4..7));
    /// ```
    #[must_use]
    pub const fn shifted(self, bytes: usize) -> Self {
        Self {
            start: self.start + bytes,
            end: self.end + bytes,
        }
    }

    /// Returns a part of this span. The range is relative to its start.
    ///
    /// ```
    /// use flash_policy::Span;
    ///
    /// assert_eq!(Span::from(10..20).part(&(2..4)), Span::from(12..14));
    /// ```
    #[must_use]
    pub const fn part(self, range: &Range<usize>) -> Self {
        Self {
            start: self.start + range.start,
            end: self.start + range.end,
        }
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self {
            start: range.start,
            end: range.end,
        }
    }
}

impl From<Span> for Range<usize> {
    fn from(span: Span) -> Self {
        span.start..span.end
    }
}
