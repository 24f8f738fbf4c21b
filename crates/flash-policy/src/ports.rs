//! Ports and `to-ports`: parse, match, display.
//!
//! The grammar is `*`, or a list of ports and `low-high` ranges separated by commas (Adobe, *Developer's Guide*,
//! "Connecting to sockets"; *Cross Domain Policy File Specification*). The documentation doesn't mention whitespace
//! around items; it is accepted here. Anything else outside the grammar grants nothing and is an error.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;
use core::str::FromStr;

use crate::domain::pasted;

mod error;
mod into_ports;
mod port;
mod range;

pub use error::{PortSetError, PortSetErrorKind};
pub use into_ports::IntoPorts;
pub use port::{Port, PortError};
pub use range::{PortRange, PortRangeError};

/// XML's whitespace, which is accepted around items. Other spaces, such as the no-break spaces of web pages, are not,
/// because a client that reads digits stops there.
pub(crate) const WHITESPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// The value of `to-ports`.
///
/// ```
/// use flash_policy::{Port, PortSet};
///
/// let ports: PortSet = "843,9400-9410".parse()?;
/// assert!(ports.contains(Port::MASTER));
/// assert!(PortSet::All.contains(Port::MASTER));
/// # Ok::<(), flash_policy::ports::PortSetError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the format has only these two forms"
)]
pub enum PortSet {
    /// `*`.
    All,
    /// A list, in the order in which it was written.
    List(Vec<PortRange>),
}

impl PortSet {
    /// Whether it contains no port. No text means that, so a rule with these ports can't be written.
    ///
    /// ```
    /// use flash_policy::PortSet;
    ///
    /// assert!(PortSet::List(Vec::new()).is_empty());
    /// assert!("".parse::<PortSet>().is_err());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::List(ranges) if ranges.is_empty())
    }

    /// Whether it contains a port.
    ///
    /// ```
    /// use flash_policy::{Port, PortSet};
    ///
    /// let ports: PortSet = "9339,9400-9410".parse()?;
    /// assert!(ports.contains(Port::new(9405)?));
    /// assert!(!ports.contains(Port::MASTER));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub fn contains(&self, port: Port) -> bool {
        match self {
            Self::All => true,
            Self::List(ranges) => ranges.iter().any(|range| range.contains(port)),
        }
    }
}

/// Builds a list of one port.
///
/// ```
/// use flash_policy::{Port, PortSet};
///
/// assert_eq!(PortSet::from(Port::MASTER).to_string(), "843");
/// ```
impl From<Port> for PortSet {
    fn from(port: Port) -> Self {
        PortRange::from(port).into()
    }
}

/// Builds a list of one range.
///
/// ```
/// use flash_policy::{Port, PortRange, PortSet};
///
/// let range: PortRange = "9400-9410".parse()?;
/// assert_eq!(PortSet::from(range).to_string(), "9400-9410");
/// # Ok::<(), flash_policy::ports::PortRangeError>(())
/// ```
impl From<PortRange> for PortSet {
    fn from(range: PortRange) -> Self {
        Self::List(Vec::from([range]))
    }
}

/// Builds a list in the order of the ports.
///
/// ```
/// use flash_policy::{Port, PortSet};
///
/// assert_eq!(PortSet::from([Port::MASTER, Port::new(9339)?]).to_string(), "843,9339");
/// # Ok::<(), flash_policy::ports::PortError>(())
/// ```
impl<const N: usize> From<[Port; N]> for PortSet {
    fn from(ports: [Port; N]) -> Self {
        ports.into_iter().collect()
    }
}

/// Builds a list in the order of the ports. Without ports, it [is empty](PortSet::is_empty).
///
/// ```
/// use flash_policy::{Port, PortSet};
///
/// let ports: PortSet = (9400..9403).map(Port::new).collect::<Result<_, _>>()?;
/// assert_eq!(ports.to_string(), "9400,9401,9402");
/// # Ok::<(), flash_policy::ports::PortError>(())
/// ```
impl FromIterator<Port> for PortSet {
    fn from_iter<T: IntoIterator<Item = Port>>(ports: T) -> Self {
        ports.into_iter().map(PortRange::from).collect()
    }
}

/// Builds a list in the order of the ranges. Without ranges, it [is empty](PortSet::is_empty).
///
/// ```
/// use flash_policy::{Port, PortRange, PortSet};
///
/// let ranges: [PortRange; 2] = [Port::MASTER.into(), "9400-9410".parse()?];
/// assert_eq!(ranges.into_iter().collect::<PortSet>().to_string(), "843,9400-9410");
/// # Ok::<(), flash_policy::ports::PortRangeError>(())
/// ```
impl FromIterator<PortRange> for PortSet {
    fn from_iter<T: IntoIterator<Item = PortRange>>(ranges: T) -> Self {
        Self::List(ranges.into_iter().collect())
    }
}

/// Writes the value of `to-ports`.
impl fmt::Display for PortSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::List(ranges) = self else {
            return f.write_str("*");
        };
        for (index, range) in ranges.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            write!(f, "{range}")?;
        }
        Ok(())
    }
}

/// Parses the value of `to-ports`.
///
/// ```
/// use flash_policy::PortSet;
///
/// let ports: PortSet = "9339, 9400-9410".parse()?;
/// assert_eq!(ports.to_string(), "9339,9400-9410");
/// assert_eq!("*".parse(), Ok(PortSet::All));
///
/// let error = "9339,94O0".parse::<PortSet>().unwrap_err();
/// assert_eq!((error.to_string().as_str(), error.range), ("expected a digit, found the letter `O`", 7..8));
/// # Ok::<(), flash_policy::ports::PortSetError>(())
/// ```
impl FromStr for PortSet {
    type Err = PortSetError;

    fn from_str(text: &str) -> Result<Self, PortSetError> {
        let whole = 0..text.len();
        if text.trim_matches(WHITESPACE).is_empty() {
            return Err(PortSetError {
                kind: PortSetErrorKind::Empty,
                range: whole,
            });
        }
        if text.trim_matches(WHITESPACE) == "*" {
            return Ok(Self::All);
        }
        let mut start = 0;
        let mut ranges = Vec::new();
        for item in text.split(',') {
            let place = trimmed(item, start);
            ranges.push(parse_item(item.trim_matches(WHITESPACE)).map_err(|fault| {
                PortSetError {
                    kind: fault.kind,
                    range: fault.part.map_or(place.clone(), |part| {
                        part.start + place.start..part.end + place.start
                    }),
                }
            })?);
            start += item.len() + 1;
        }
        Ok(Self::List(ranges))
    }
}

/// What is wrong with an item, and in which part of it. Without a part, in the whole item.
struct ItemFault {
    kind: PortSetErrorKind,
    part: Option<Range<usize>>,
}

impl From<PortSetErrorKind> for ItemFault {
    fn from(kind: PortSetErrorKind) -> Self {
        Self { kind, part: None }
    }
}

fn parse_item(item: &str) -> Result<PortRange, ItemFault> {
    if item.is_empty() {
        return Err(PortSetErrorKind::EmptyItem.into());
    }
    if item == "*" {
        return Err(PortSetErrorKind::WildcardInList.into());
    }
    let Some((low, high)) = item.split_once('-') else {
        return parse_port(item, 0).map(PortRange::from);
    };
    if low.trim_matches(WHITESPACE).is_empty() || high.trim_matches(WHITESPACE).is_empty() {
        return Err(PortSetErrorKind::OpenRange.into());
    }
    let range = (parse_port(low, 0)?, parse_port(high, low.len() + 1)?);
    PortRange::new(range.0, range.1).ok_or(PortSetErrorKind::Reversed.into())
}

fn parse_port(text: &str, start: usize) -> Result<Port, ItemFault> {
    let digits = text.trim_matches(WHITESPACE);
    let fault = |kind| ItemFault {
        kind,
        part: Some(trimmed(text, start)),
    };
    if ["all", "any", "every"]
        .iter()
        .any(|word| digits.eq_ignore_ascii_case(word))
    {
        return Err(fault(PortSetErrorKind::Everything));
    }
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(not_a_number(text, start).unwrap_or(fault(PortSetErrorKind::NotANumber)));
    }
    // Only digits, so the only possible error is that there are too many.
    let number = digits.parse();
    let number = number.map_err(|_| fault(PortSetErrorKind::TooLarge))?;
    Port::new(number).map_err(|_| fault(PortSetErrorKind::Zero))
}

/// The character that makes a number invalid, if it is easy to overlook.
fn not_a_number(text: &str, start: usize) -> Option<ItemFault> {
    let digits = text.trim_matches(WHITESPACE);
    let is_lookalike = |c: char| matches!(c, 'l' | 'I' | 'O' | 'o');
    let all_look_like_digits = digits.contains(|c: char| c.is_ascii_digit())
        && !digits.contains(|c: char| !c.is_ascii_digit() && !is_lookalike(c));
    let (at, kind) = text.char_indices().find_map(|(at, c)| {
        let kind = match c {
            c if pasted::is_dash(c) => PortSetErrorKind::Dash(c),
            c if pasted::is_quote(c) => PortSetErrorKind::Quote(c),
            c if pasted::is_unseen(c) => PortSetErrorKind::Unseen(c),
            c if all_look_like_digits && is_lookalike(c) => PortSetErrorKind::Letter(c),
            _ => return None,
        };
        Some(((at, c), kind))
    })?;
    let (at, found) = at;
    Some(ItemFault {
        kind,
        part: Some(start + at..start + at + found.len_utf8()),
    })
}

/// The range of the text without surrounding whitespace, if the text itself starts at `start`.
fn trimmed(text: &str, start: usize) -> Range<usize> {
    let lead = text.len() - text.trim_start_matches(WHITESPACE).len();
    let inner = text.trim_matches(WHITESPACE).len();
    if inner == 0 {
        start..start + text.len()
    } else {
        start + lead..start + lead + inner
    }
}
