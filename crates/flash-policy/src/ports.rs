//! Ports and `to-ports`: parse, match, display.
//!
//! The grammar is `*`, or a list of ports and `low-high` ranges separated by commas (Adobe, *Developer's Guide*,
//! "Connecting to sockets"; *Cross Domain Policy File Specification*). The documentation doesn't mention whitespace
//! around items; it is accepted here. Anything else outside the grammar grants nothing and is an error.

use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU16;
use core::ops::Range;
use core::str::FromStr;

use crate::domain::pasted;

mod error;
mod into_ports;

pub use error::{PortSetError, PortSetErrorKind};
pub use into_ports::IntoPorts;

/// XML's whitespace, which is accepted around items. Other spaces, such as the no-break spaces of web pages, are not,
/// because a client that reads digits stops there.
pub(crate) const WHITESPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// A TCP port, 1 to 65535.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Port(NonZeroU16);

impl Port {
    /// 843, the port of the master policy.
    pub const MASTER: Self = Self(NonZeroU16::new(843).expect("843 is not zero"));

    /// 80, where old players fetch `/crossdomain.xml`.
    pub const HTTP: Self = Self(NonZeroU16::new(80).expect("80 is not zero"));

    /// 443, the usual port of HTTPS.
    pub const HTTPS: Self = Self(NonZeroU16::new(443).expect("443 is not zero"));

    /// 943, where Silverlight fetches its policy.
    pub const SILVERLIGHT: Self = Self(NonZeroU16::new(943).expect("943 is not zero"));

    /// Checks the range.
    ///
    /// A movie that connects to a port outside the range gets `SecurityError` #2003 before anything is sent.
    pub const fn new(number: u32) -> Result<Self, PortOutOfRange> {
        if number == 0 || number > 65_535 {
            return Err(PortOutOfRange { number });
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the range was checked above"
        )]
        match NonZeroU16::new(number as u16) {
            Some(port) => Ok(Self(port)),
            None => Err(PortOutOfRange { number }),
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0.get()
    }

    /// Whether it is below 1024.
    ///
    /// A policy served from a port of 1024 or above grants nothing below 1024 (Adobe, *Developer's Guide*).
    #[must_use]
    pub const fn is_low(self) -> bool {
        self.get() < 1024
    }
}

impl TryFrom<u16> for Port {
    type Error = PortOutOfRange;

    fn try_from(number: u16) -> Result<Self, PortOutOfRange> {
        Self::new(number.into())
    }
}

impl From<Port> for u16 {
    fn from(port: Port) -> Self {
        port.get()
    }
}

/// Parses decimal digits, without a sign or surrounding whitespace.
impl FromStr for Port {
    type Err = PortSetError;

    fn from_str(text: &str) -> Result<Self, PortSetError> {
        let whole = 0..text.len();
        let error = |kind| PortSetError {
            kind,
            range: whole.clone(),
        };
        if text.is_empty() {
            return Err(error(PortSetErrorKind::Empty));
        }
        if text.contains(WHITESPACE) {
            return Err(error(PortSetErrorKind::NotANumber));
        }
        parse_port(text, 0).map_err(|fault| error(fault.kind))
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A number that is not a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortOutOfRange {
    /// The number.
    pub number: u32,
}

impl fmt::Display for PortOutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected a port from 1 to 65535, found {}", self.number)
    }
}

impl core::error::Error for PortOutOfRange {}

/// One port, or all ports from a low to a high one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PortRange {
    low: Port,
    high: Port,
}

impl PortRange {
    /// The ports from `low` to `high`, both included. `None` if `low` is greater than `high`.
    #[must_use]
    pub fn new(low: Port, high: Port) -> Option<Self> {
        (low <= high).then_some(Self { low, high })
    }

    /// The lowest port.
    #[must_use]
    pub const fn low(self) -> Port {
        self.low
    }

    /// The highest port.
    #[must_use]
    pub const fn high(self) -> Port {
        self.high
    }
}

impl From<Port> for PortRange {
    fn from(port: Port) -> Self {
        Self {
            low: port,
            high: port,
        }
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.low == self.high {
            write!(f, "{}", self.low)
        } else {
            write!(f, "{}-{}", self.low, self.high)
        }
    }
}

/// The value of `to-ports`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
            Self::List(ranges) => ranges
                .iter()
                .any(|range| range.low <= port && port <= range.high),
        }
    }
}

impl From<Port> for PortSet {
    fn from(port: Port) -> Self {
        PortRange::from(port).into()
    }
}

impl From<PortRange> for PortSet {
    fn from(range: PortRange) -> Self {
        Self::List(Vec::from([range]))
    }
}

/// Builds a list in the order of the ranges. Without ranges, it contains no port.
impl FromIterator<PortRange> for PortSet {
    fn from_iter<T: IntoIterator<Item = PortRange>>(ranges: T) -> Self {
        Self::List(ranges.into_iter().collect())
    }
}

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
    // A number too large for `u32` is also too large for a port.
    let number = digits.parse().unwrap_or(u32::MAX);
    Port::new(number).map_err(|_| {
        fault(if number == 0 {
            PortSetErrorKind::Zero
        } else {
            PortSetErrorKind::TooLarge
        })
    })
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
