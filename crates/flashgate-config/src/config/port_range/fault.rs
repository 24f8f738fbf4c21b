//! Why a range of ports can't be used, in words.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

/// Each port is a socket of its own, and a process may usually have 1,024 files open unless an administrator raises
/// that. No game is known to use more than a few dozen ports.
pub const MOST_PORTS: usize = 1_000;

/// Why an address with a range of ports can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadPorts<E> {
    /// Not even with one of its ports would it be an address.
    Address(E),
    /// Its range can't be used.
    Range(BadRange),
}

impl<E> From<BadRange> for BadPorts<E> {
    fn from(error: BadRange) -> Self {
        Self::Range(error)
    }
}

impl<E: Display> Display for BadPorts<E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(error) => error.fmt(f),
            Self::Range(error) => error.fmt(f),
        }
    }
}

impl<E: Error> Error for BadPorts<E> {}

/// Why a range of ports can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadRange {
    /// One end is 0 or above 65535. Has the range as written.
    NotPorts(String),
    /// The first port is the higher one.
    Reversed {
        /// The first port.
        first: u16,
        /// The last port.
        last: u16,
    },
    /// It has more than [`MOST_PORTS`] ports.
    TooLong {
        /// The first port.
        first: u16,
        /// The last port.
        last: u16,
    },
}

impl Display for BadRange {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPorts(range) => {
                write!(
                    f,
                    "expected a range of ports from 1 to 65535, found `{range}`"
                )
            }
            Self::Reversed { first, last } => write!(
                f,
                "expected the lower port of the range first, found `{first}-{last}`; did you mean `{last}-{first}`?"
            ),
            Self::TooLong { first, last } => {
                let count = u32::from(last.saturating_sub(*first)) + 1;
                write!(
                    f,
                    "expected a range of at most {MOST_PORTS} ports, found {count} in `{first}-{last}`"
                )
            }
        }
    }
}

impl Error for BadRange {}

/// A gate's address and something else of it that do not have the same number of ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnevenRanges {
    /// The ports of the address; `None` if it has one port without a range.
    addresses: Option<usize>,
    /// The ports of the other.
    others: Option<usize>,
}

impl UnevenRanges {
    pub(in crate::config) fn check(
        addresses: Option<usize>,
        others: Option<usize>,
    ) -> Result<(), Self> {
        // `9875-9875` is one port too.
        if addresses.unwrap_or(1) == others.unwrap_or(1) {
            Ok(())
        } else {
            Err(Self { addresses, others })
        }
    }
}

impl Display for UnevenRanges {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (addresses, others) = (Counted(self.addresses), Counted(self.others));
        write!(
            f,
            "expected {addresses}, as many as the gate listens on, found {others}"
        )
    }
}

impl Error for UnevenRanges {}

/// A number of ports.
struct Counted(Option<usize>);

impl Display for Counted {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            None | Some(1) => f.write_str("one port"),
            Some(count) => write!(f, "a range of {count} ports"),
        }
    }
}
