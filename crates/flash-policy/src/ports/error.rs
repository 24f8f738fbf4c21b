//! Mistakes in a `to-ports` value, and their messages, which the linter, the flags and the config file share.

use core::fmt;
use core::ops::Range;

use crate::diagnostic::character;

/// Why a text is not a valid `to-ports` value, and which part of it is wrong.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PortSetError {
    /// What is wrong.
    pub kind: PortSetErrorKind,
    /// Where in the text, in bytes.
    pub range: Range<usize>,
}

/// The kinds of [`PortSetError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PortSetErrorKind {
    /// An empty value.
    Empty,
    /// An empty item: two commas in a row, or a comma at the start or the end.
    EmptyItem,
    /// `80-` or `-80`.
    OpenRange,
    /// Not a number.
    NotANumber,
    /// A word that means every port, such as `all`.
    Everything,
    /// Port 0.
    Zero,
    /// Above 65535.
    TooLarge,
    /// `200-100`.
    Reversed,
    /// `*` together with other items.
    WildcardInList,
    /// A typographic dash.
    Dash(char),
    /// A quotation mark inside the value.
    Quote(char),
    /// A character that looks like a space or is invisible.
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
            PortSetErrorKind::OpenRange => "expected a range like `9000-9010`, found only one end",
            PortSetErrorKind::NotANumber => {
                "expected a port number, a range like `9000-9010`, or `*`"
            }
            PortSetErrorKind::Everything => "expected ports or `*`, found a word",
            PortSetErrorKind::Zero => "expected a port from 1 to 65535, found 0",
            PortSetErrorKind::TooLarge => "expected a port from 1 to 65535, found a larger number",
            PortSetErrorKind::Reversed => "expected the lower port first in a range",
            PortSetErrorKind::WildcardInList => "expected `*` alone, found it in a list",
        })
    }
}

impl core::error::Error for PortSetError {}

debug_is_display!(PortSetError);

impl PortSetError {
    /// What to write instead.
    ///
    /// ```
    /// use flash_policy::PortSet;
    ///
    /// let error = "9410-9400".parse::<PortSet>().unwrap_err();
    /// assert_eq!(error.help(), "write the lower port first");
    /// ```
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self.kind {
            PortSetErrorKind::Empty => {
                "list the ports that movies connect to, as in `9339,9400-9410`"
            }
            PortSetErrorKind::EmptyItem => "remove the extra comma",
            PortSetErrorKind::OpenRange => "write both ends, as in `9400-9410`",
            PortSetErrorKind::NotANumber => {
                "write ports and ranges with commas between them, as in `9339,9400-9410`"
            }
            PortSetErrorKind::Everything => {
                "write `*` for all ports; it is safer to list the ports that movies connect to"
            }
            PortSetErrorKind::Zero | PortSetErrorKind::TooLarge => {
                "write the port that movies connect to, from 1 to 65535"
            }
            PortSetErrorKind::Dash(_) => {
                "replace it with an ordinary hyphen `-`, as in `9400-9410`"
            }
            PortSetErrorKind::Quote(_) => "remove the quotes inside the value",
            PortSetErrorKind::Unseen(_) => "remove this character; most editors don't show it",
            PortSetErrorKind::Letter(_) => {
                "write the digit: `1` instead of `l` or `I`, `0` instead of `O`"
            }
            PortSetErrorKind::Reversed => "write the lower port first",
            PortSetErrorKind::WildcardInList => {
                "remove `*` from the list; `*` alone opens all ports"
            }
        }
    }
}
