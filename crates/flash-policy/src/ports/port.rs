//! One port.

use core::fmt;
use core::num::NonZeroU16;
use core::str::FromStr;

/// A TCP port, 1 to 65535.
///
/// ```
/// use flash_policy::Port;
///
/// let port: Port = "9339".parse()?;
/// assert_eq!(port.get(), 9339);
/// # Ok::<(), flash_policy::ports::PortError>(())
/// ```
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

    /// Checks that the number is not 0.
    ///
    /// A movie that connects to port 0, or to one above 65535, gets `SecurityError` #2003 before anything is sent.
    ///
    /// ```
    /// use flash_policy::Port;
    /// use flash_policy::ports::PortError;
    ///
    /// assert_eq!(Port::new(843), Ok(Port::MASTER));
    /// assert_eq!(Port::new(0), Err(PortError::OutOfRange { number: 0 }));
    /// ```
    ///
    /// # Errors
    ///
    /// [`PortError::OutOfRange`] if the number is 0.
    pub const fn new(number: u16) -> Result<Self, PortError> {
        match NonZeroU16::new(number) {
            Some(port) => Ok(Self(port)),
            None => Err(PortError::OutOfRange { number: 0 }),
        }
    }

    /// The number.
    ///
    /// ```
    /// assert_eq!(flash_policy::Port::MASTER.get(), 843);
    /// ```
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0.get()
    }

    /// Whether it is below 1024.
    ///
    /// A policy served from a port of 1024 or above grants nothing below 1024 (Adobe, *Developer's Guide*).
    ///
    /// ```
    /// use flash_policy::Port;
    ///
    /// assert!(Port::MASTER.is_low());
    /// assert!(!Port::new(1024)?.is_low());
    /// # Ok::<(), flash_policy::ports::PortError>(())
    /// ```
    #[must_use]
    pub const fn is_low(self) -> bool {
        self.get() < 1024
    }
}

/// ```
/// use core::num::NonZeroU16;
/// use flash_policy::Port;
///
/// assert_eq!(Port::from(NonZeroU16::MAX).get(), 65_535);
/// ```
impl From<NonZeroU16> for Port {
    fn from(number: NonZeroU16) -> Self {
        Self(number)
    }
}

/// ```
/// use core::num::NonZeroU16;
/// use flash_policy::Port;
///
/// assert_eq!(NonZeroU16::from(Port::MASTER).get(), 843);
/// ```
impl From<Port> for NonZeroU16 {
    fn from(port: Port) -> Self {
        port.0
    }
}

/// Checks that the number is not 0.
///
/// ```
/// use std::net::SocketAddr;
/// use flash_policy::Port;
///
/// let address: SocketAddr = "192.0.2.7:843".parse()?;
/// assert_eq!(Port::try_from(address.port())?, Port::MASTER);
/// assert!(Port::try_from(0).is_err());
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
impl TryFrom<u16> for Port {
    type Error = PortError;

    fn try_from(number: u16) -> Result<Self, PortError> {
        Self::new(number)
    }
}

/// ```
/// use flash_policy::Port;
///
/// assert_eq!(u16::from(Port::MASTER), 843);
/// ```
impl From<Port> for u16 {
    fn from(port: Port) -> Self {
        port.get()
    }
}

/// Parses decimal digits, without a sign or surrounding whitespace.
///
/// ```
/// use flash_policy::Port;
///
/// assert_eq!("843".parse(), Ok(Port::MASTER));
/// let error = "70000".parse::<Port>().unwrap_err();
/// assert_eq!(error.to_string(), "expected a port from 1 to 65535, found 70000");
/// ```
impl FromStr for Port {
    type Err = PortError;

    fn from_str(text: &str) -> Result<Self, PortError> {
        if text.is_empty() {
            return Err(PortError::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PortError::NotANumber);
        }
        // Only digits, so the only possible error is that there are too many.
        let number: u32 = text.parse().map_err(|_| PortError::TooLarge)?;
        let port = u16::try_from(number).map_err(|_| PortError::OutOfRange { number })?;
        Self::new(port)
    }
}

/// Writes the number.
impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Why a number or a text is not a port.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PortError {
    /// An empty text.
    Empty,
    /// Not only digits.
    NotANumber,
    /// A number that is not from 1 to 65535.
    OutOfRange {
        /// The number.
        number: u32,
    },
    /// A number that is too large even for `u32`.
    TooLarge,
}

impl fmt::Display for PortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("expected a port from 1 to 65535, found nothing"),
            Self::NotANumber => f.write_str("expected a port from 1 to 65535, in digits only"),
            Self::OutOfRange { number } => {
                write!(f, "expected a port from 1 to 65535, found {number}")
            }
            Self::TooLarge => f.write_str("expected a port from 1 to 65535, found a larger number"),
        }
    }
}

impl core::error::Error for PortError {}

debug_is_display!(PortError);
