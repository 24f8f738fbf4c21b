//! What can be wrong with a `to-ports`, in words that help: one place for the linter, the flags and the config file.

use core::fmt;
use core::ops::Range;

use crate::diagnostic::character;

/// Why a text is no `to-ports` value, and which part of it is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortSetError {
    /// What is wrong.
    pub kind: PortSetErrorKind,
    /// Where in the text, in bytes.
    pub range: Range<usize>,
}

/// See [`PortSetError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PortSetErrorKind {
    /// Nothing at all.
    Empty,
    /// Nothing between two commas, or after the last one.
    EmptyItem,
    /// `80-` or `-80`.
    OpenRange,
    /// Not a number.
    NotANumber,
    /// A word that stands for every port, such as `all`.
    Everything,
    /// Port 0.
    Zero,
    /// Above 65535.
    TooLarge,
    /// `200-100`.
    Reversed,
    /// `*` beside other items.
    WildcardInList,
    /// A typographic dash.
    Dash(char),
    /// A quote inside the value.
    Quote(char),
    /// A character that looks like a space, or like nothing.
    Unseen(char),
    /// A letter that looks like a digit.
    Letter(char),
}

impl fmt::Display for PortSetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            PortSetErrorKind::Dash(found) => {
                return write!(f, "expected `-` in a range, found {}", character(found));
            }
            PortSetErrorKind::Quote(found) | PortSetErrorKind::Unseen(found) => {
                return write!(f, "expected ports, found {}", character(found));
            }
            PortSetErrorKind::Letter(found) => {
                return write!(f, "expected a digit, found the letter `{found}`");
            }
            PortSetErrorKind::Empty => "expected ports, found nothing",
            PortSetErrorKind::EmptyItem => "expected a port between the commas, found nothing",
            PortSetErrorKind::OpenRange => "expected a range like `9000-9010`, found one end only",
            PortSetErrorKind::NotANumber => {
                "expected a port number, a range like `9000-9010`, or `*`"
            }
            PortSetErrorKind::Everything => "expected ports or `*`, found a word for all of them",
            PortSetErrorKind::Zero => "expected a port from 1 to 65535, found 0",
            PortSetErrorKind::TooLarge => "expected a port from 1 to 65535, found a larger number",
            PortSetErrorKind::Reversed => "expected the lower port first in a range",
            PortSetErrorKind::WildcardInList => "expected `*` alone, found it in a list",
        })
    }
}

impl core::error::Error for PortSetError {}

impl PortSetError {
    /// What to write instead.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self.kind {
            PortSetErrorKind::Empty => {
                "list the ports that movies connect to, as in `9339,9400-9410`"
            }
            PortSetErrorKind::EmptyItem => "remove the surplus comma",
            PortSetErrorKind::OpenRange => "write both ends, as in `9400-9410`",
            PortSetErrorKind::NotANumber => {
                "write ports and ranges with commas between them, as in `9339,9400-9410`"
            }
            PortSetErrorKind::Everything => {
                "write `*` for every port, or list the ports that movies connect to, which opens less"
            }
            PortSetErrorKind::Zero | PortSetErrorKind::TooLarge => {
                "write the port that movies connect to; ports go from 1 to 65535"
            }
            PortSetErrorKind::Dash(_) => {
                "write an ordinary `-`, as in `9400-9410`: word processors and web pages write others"
            }
            PortSetErrorKind::Quote(_) => "remove the quotes inside the value",
            PortSetErrorKind::Unseen(_) => "remove it: most editors don't show it",
            PortSetErrorKind::Letter(_) => "write the digit: `1` for `l` and `I`, `0` for `O`",
            PortSetErrorKind::Reversed => "write the lower port first",
            PortSetErrorKind::WildcardInList => {
                "leave it out of the list; `*` alone opens every port"
            }
        }
    }
}
