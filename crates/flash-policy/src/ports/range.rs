//! One port, or a low and a high one.

use core::fmt;
use core::str::FromStr;

use super::{Port, PortError};

/// One port, or all ports from a low to a high one.
///
/// Ranges are ordered by their low port, then by their high port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortRange {
    low: Port,
    high: Port,
}

impl PortRange {
    /// The ports from `low` to `high`, both included. `None` if `low` is greater than `high`.
    ///
    /// ```
    /// use flash_policy::{Port, PortRange};
    ///
    /// let (low, high) = (Port::new(9400)?, Port::new(9410)?);
    /// assert_eq!(PortRange::new(low, high), Some("9400-9410".parse()?));
    /// assert_eq!(PortRange::new(high, low), None);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(low: Port, high: Port) -> Option<Self> {
        (low <= high).then_some(Self { low, high })
    }

    /// The lowest port.
    ///
    /// ```
    /// use flash_policy::{Port, PortRange};
    ///
    /// let range: PortRange = "843-900".parse()?;
    /// assert_eq!(range.low(), Port::MASTER);
    /// # Ok::<(), flash_policy::ports::PortRangeError>(())
    /// ```
    #[must_use]
    pub const fn low(self) -> Port {
        self.low
    }

    /// The highest port.
    ///
    /// ```
    /// use flash_policy::{Port, PortRange};
    ///
    /// let range: PortRange = "80-843".parse()?;
    /// assert_eq!(range.high(), Port::MASTER);
    /// # Ok::<(), flash_policy::ports::PortRangeError>(())
    /// ```
    #[must_use]
    pub const fn high(self) -> Port {
        self.high
    }

    /// Whether it contains a port.
    ///
    /// ```
    /// use flash_policy::{Port, PortRange};
    ///
    /// let range: PortRange = "800-900".parse()?;
    /// assert!(range.contains(Port::MASTER) && !range.contains(Port::HTTP));
    /// # Ok::<(), flash_policy::ports::PortRangeError>(())
    /// ```
    #[must_use]
    pub fn contains(self, port: Port) -> bool {
        self.low <= port && port <= self.high
    }
}

/// A range of one port.
///
/// ```
/// use flash_policy::{Port, PortRange};
///
/// assert_eq!(PortRange::from(Port::MASTER).to_string(), "843");
/// ```
impl From<Port> for PortRange {
    fn from(port: Port) -> Self {
        Self {
            low: port,
            high: port,
        }
    }
}

/// Writes `843` or `9400-9410`.
impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.low == self.high {
            write!(f, "{}", self.low)
        } else {
            write!(f, "{}-{}", self.low, self.high)
        }
    }
}

/// Parses `843` or `9400-9410`, without whitespace.
///
/// ```
/// use flash_policy::{Port, PortRange};
/// use flash_policy::ports::PortRangeError;
///
/// assert_eq!("843".parse(), Ok(PortRange::from(Port::MASTER)));
/// assert_eq!("9400-9410".parse::<PortRange>()?.high().get(), 9410);
/// assert_eq!("9410-9400".parse::<PortRange>(), Err(PortRangeError::Reversed));
/// # Ok::<(), PortRangeError>(())
/// ```
impl FromStr for PortRange {
    type Err = PortRangeError;

    fn from_str(text: &str) -> Result<Self, PortRangeError> {
        let port = |text: &str| text.parse().map_err(PortRangeError::Port);
        match text.split_once('-') {
            None => port(text).map(Self::from),
            Some((low, high)) => Self::new(port(low)?, port(high)?).ok_or(PortRangeError::Reversed),
        }
    }
}

/// Why a text is not a port or a range of ports.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PortRangeError {
    /// The port, or an end of the range, is invalid.
    Port(PortError),
    /// The first port is greater than the last.
    Reversed,
}

impl fmt::Display for PortRangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port(error) => error.fmt(f),
            Self::Reversed => f.write_str("expected the lower port first in a range"),
        }
    }
}

impl core::error::Error for PortRangeError {}

debug_is_display!(PortRangeError);
