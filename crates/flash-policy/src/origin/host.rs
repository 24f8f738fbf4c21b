//! Host names and addresses.

use alloc::boxed::Box;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

use crate::diagnostic::quoted;

/// A host name or an address.
///
/// ```
/// use flash_policy::Host;
///
/// let host: Host = "WWW.Example.com.".parse()?;
/// assert_eq!(host.to_string(), "www.example.com");
/// match &host {
///     Host::Name(name) => assert_eq!(name, "www.example.com"),
///     Host::Address(_) => unreachable!(),
/// }
/// # Ok::<(), flash_policy::origin::HostError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a host is a name or an address")]
pub enum Host {
    /// A name.
    Name(HostName),
    /// An IPv4 or IPv6 address.
    Address(IpAddr),
}

/// Parses a name or an address. An IPv6 address may have brackets.
///
/// ```
/// use std::net::Ipv6Addr;
/// use flash_policy::Host;
///
/// assert_eq!("[::1]".parse(), Ok(Host::from(Ipv6Addr::LOCALHOST)));
/// assert_eq!("::1".parse(), Ok(Host::from(Ipv6Addr::LOCALHOST)));
/// assert!("192.0.2".parse::<Host>().is_err());
/// ```
impl FromStr for Host {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        if let Some(inner) = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'))
        {
            let address: Result<Ipv6Addr, _> = inner.parse();
            return address.map(Self::from).map_err(|_| HostError::Address);
        }
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        text.parse().map(Self::Name)
    }
}

/// Writes the host as in a URL: an IPv6 address has brackets.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => fmt::Display::fmt(name, f),
            Self::Address(IpAddr::V4(address)) => write!(f, "{address}"),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

/// ```
/// use flash_policy::Host;
/// use flash_policy::origin::HostName;
///
/// let name: HostName = "LocalHost".parse()?;
/// assert_eq!(Host::from(name), "localhost".parse()?);
/// # Ok::<(), flash_policy::origin::HostError>(())
/// ```
impl From<HostName> for Host {
    fn from(name: HostName) -> Self {
        Self::Name(name)
    }
}

/// ```
/// use std::net::SocketAddr;
/// use flash_policy::Host;
///
/// let peer: SocketAddr = "192.0.2.7:9339".parse()?;
/// assert_eq!(Host::from(peer.ip()).to_string(), "192.0.2.7");
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
impl From<IpAddr> for Host {
    fn from(address: IpAddr) -> Self {
        Self::Address(address)
    }
}

/// ```
/// use std::net::Ipv4Addr;
/// use flash_policy::Host;
///
/// assert_eq!(Host::from(Ipv4Addr::LOCALHOST).to_string(), "127.0.0.1");
/// ```
impl From<Ipv4Addr> for Host {
    fn from(address: Ipv4Addr) -> Self {
        Self::Address(address.into())
    }
}

/// ```
/// use std::net::Ipv6Addr;
/// use flash_policy::Host;
///
/// assert_eq!(Host::from(Ipv6Addr::LOCALHOST).to_string(), "[::1]");
/// ```
impl From<Ipv6Addr> for Host {
    fn from(address: Ipv6Addr) -> Self {
        Self::Address(address.into())
    }
}

/// A host name in lower case, without a trailing dot, that no client takes for an address.
///
/// It consists of ASCII letters, digits, `-`, `_` and dots: at most 253 bytes, and at most 63 between dots.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostName(Box<str>);

impl HostName {
    /// The name.
    ///
    /// ```
    /// use flash_policy::origin::HostName;
    ///
    /// let name: HostName = "Example.com".parse()?;
    /// assert_eq!(name.as_str(), "example.com");
    /// # Ok::<(), flash_policy::origin::HostError>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Parses a name in any case, with or without a trailing dot.
///
/// ```
/// use flash_policy::origin::{HostError, HostName};
///
/// assert_eq!("Example.com.".parse::<HostName>()?.as_str(), "example.com");
/// assert_eq!("192.0.2.7".parse::<HostName>(), Err(HostError::Address));
/// # Ok::<(), HostError>(())
/// ```
impl FromStr for HostName {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        check_name(text.strip_suffix('.').unwrap_or(text))
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for HostName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Compares the text as it is: a name is in lower case.
impl PartialEq<str> for HostName {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

/// Why a text is not a host.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HostError {
    /// An empty text.
    Empty,
    /// An empty label: two dots in a row, or a dot at the start.
    EmptyLabel,
    /// A character that is not allowed in a host name.
    Character {
        /// Its offset in bytes.
        at: usize,
        /// The character.
        found: char,
    },
    /// A name over 253 bytes, or a label over 63.
    TooLong,
    /// It looks like an address but is not a valid one.
    Address,
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("expected a host name or an address, found nothing"),
            Self::EmptyLabel => f.write_str("expected a name between the dots, found nothing"),
            Self::Character { found, .. } => {
                write!(
                    f,
                    "expected letters, digits, `-`, `_` and dots in a host name, found {}",
                    quoted(found.encode_utf8(&mut [0; 4]))
                )
            }
            Self::TooLong => f.write_str(
                "expected at most 253 bytes in a host name, and at most 63 in each label",
            ),
            Self::Address => f.write_str("expected a valid IPv4 or IPv6 address"),
        }
    }
}

impl core::error::Error for HostError {}

debug_is_display!(HostError);

/// The longest name in DNS (RFC 1035).
pub(crate) const LONGEST_NAME: usize = 253;

/// Checks a name without a trailing dot, label by label.
pub(crate) fn check_name(text: &str) -> Result<HostName, HostError> {
    if text.is_empty() {
        return Err(HostError::Empty);
    }
    let bad = |(_, c): &(usize, char)| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if let Some((at, found)) = text.char_indices().find(bad) {
        return Err(HostError::Character { at, found });
    }
    if text.split('.').any(str::is_empty) {
        return Err(HostError::EmptyLabel);
    }
    if text.len() > LONGEST_NAME || text.split('.').any(|label| label.len() > 63) {
        return Err(HostError::TooLong);
    }
    if text.rsplit('.').next().is_some_and(is_number) {
        return Err(HostError::Address);
    }
    Ok(HostName(text.to_ascii_lowercase().into_boxed_str()))
}

/// Whether browsers parse a name as an IPv4 address because its last label is a number: digits, `0x` and hexadecimal
/// digits, or only `0x` (WHATWG URL, "ends in a number checker").
fn is_number(label: &str) -> bool {
    let hexadecimal = label
        .strip_prefix("0x")
        .or_else(|| label.strip_prefix("0X"));
    label.bytes().all(|byte| byte.is_ascii_digit())
        || hexadecimal.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
