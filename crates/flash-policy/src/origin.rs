//! Where a movie was loaded from. Policies are matched against it.
//!
//! Names are compared as written, without a DNS lookup. A rule for an address matches only movies whose URL has that
//! address, and a rule for a name matches only that name (Adobe, *Developer's Guide*, "Website controls (policy
//! files)").

use core::fmt;
use core::str::FromStr;

use crate::diagnostic::quoted;

mod host;

pub use host::{Host, HostError, HostName};
pub(crate) use host::{LONGEST_NAME, check_name};

/// How a movie was loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "decisions distinguish only these two"
)]
pub enum Scheme {
    /// `http:`.
    Http,
    /// `https:`.
    Https,
}

impl Scheme {
    /// The scheme as written in a URL.
    ///
    /// ```
    /// assert_eq!(flash_policy::Scheme::Https.as_str(), "https");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The scheme with this name, in any case.
    ///
    /// ```
    /// use flash_policy::Scheme;
    ///
    /// assert_eq!(Scheme::named("HTTP"), Some(Scheme::Http));
    /// assert_eq!(Scheme::named("ftp"), None);
    /// ```
    #[must_use]
    pub const fn named(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("http") {
            Some(Self::Http)
        } else if name.eq_ignore_ascii_case("https") {
            Some(Self::Https)
        } else {
            None
        }
    }
}

/// Parses the name, in any case and without `://`.
///
/// ```
/// use flash_policy::Scheme;
///
/// assert_eq!("HTTPS".parse(), Ok(Scheme::Https));
/// assert!("ftp".parse::<Scheme>().is_err());
/// ```
impl FromStr for Scheme {
    type Err = SchemeError;

    fn from_str(text: &str) -> Result<Self, SchemeError> {
        Self::named(text).ok_or(SchemeError)
    }
}

/// The text is not a scheme that movies are loaded with.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SchemeError;

impl fmt::Display for SchemeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected `http` or `https`, found another scheme")
    }
}

impl core::error::Error for SchemeError {}

debug_is_display!(SchemeError);

/// The scheme, host and port of a movie's own URL, not of the page that embeds it. Only Silverlight compares the port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_structs,
    reason = "decisions use nothing else of a movie's URL"
)]
pub struct Origin {
    /// The scheme.
    pub scheme: Scheme,
    /// The host.
    pub host: Host,
    /// The port. `None` if it is the scheme's default.
    pub port: Option<u16>,
}

/// Parses an `http` or `https` URL, or only its scheme and host: `https://www.example.org:8443/game.swf`.
///
/// Browsers read the same scheme and host from everything that this accepts (WHATWG URL). It is stricter than browsers:
/// they remove tabs, read `\` as `/`, and take `127.1` for an address.
///
/// ```
/// use flash_policy::{Origin, Scheme};
///
/// let origin: Origin = "https://www.Example.org:8443/game.swf".parse()?;
/// assert_eq!(origin.scheme, Scheme::Https);
/// assert_eq!(origin.to_string(), "https://www.example.org:8443");
/// assert_eq!("https://www.example.org:443".parse::<Origin>()?.port, None);
/// // A browser would connect to evil.test.
/// assert!(r"http://evil.test\@www.example.com/".parse::<Origin>().is_err());
/// # Ok::<(), flash_policy::origin::OriginError>(())
/// ```
impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let (scheme, rest) = text.split_once("://").ok_or(OriginError::NoScheme)?;
        let scheme = Scheme::named(scheme).ok_or(OriginError::Scheme)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if let Some(found) = authority.chars().find(|c| ends_authority(*c)) {
            return Err(OriginError::Character { found });
        }
        let host_and_port = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        let (host, port) = split_port(host_and_port);
        let port = port_of(port, scheme)?;
        // An IPv6 address needs brackets in a URL; any other colon precedes a port.
        if host.contains(':') && !host.starts_with('[') {
            return Err(OriginError::Host(HostError::Address));
        }
        let host = host.parse().map_err(OriginError::Host)?;
        Ok(Self { scheme, host, port })
    }
}

/// Whether a character ends the host for browsers, or is removed or escaped. Browsers would connect to another host.
fn ends_authority(c: char) -> bool {
    c == '\\' || c.is_whitespace() || c.is_control()
}

/// The port of a URL, unless it is the scheme's default.
pub(crate) fn port_of(text: Option<&str>, scheme: Scheme) -> Result<Option<u16>, OriginError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    // Only digits: parsing as `u16` would also accept `+80`.
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let port = text.parse().ok().filter(|_| is_number);
    let port: u16 = port.ok_or(OriginError::Port)?;
    let default = match scheme {
        Scheme::Http => 80,
        Scheme::Https => 443,
    };
    Ok(Some(port).filter(|port| *port != default))
}

/// Splits `host:port`. Colons inside the brackets of an IPv6 address do not count.
pub(crate) fn split_port(text: &str) -> (&str, Option<&str>) {
    let from = text.rfind(']').unwrap_or(0);
    match text.get(from..).and_then(|tail| tail.rfind(':')) {
        Some(colon) => (
            text.get(..from + colon).unwrap_or(text),
            text.get(from + colon + 1..),
        ),
        None => (text, None),
    }
}

/// Writes the scheme, the host, and the port if there is one, without a slash at the end.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// Why a text is not an origin.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OriginError {
    /// No `://`.
    NoScheme,
    /// A scheme other than `http` and `https`.
    Scheme,
    /// A `\`, whitespace or a control character before the path. Browsers would read a different host.
    Character {
        /// The character.
        found: char,
    },
    /// The host is invalid.
    Host(HostError),
    /// The port is invalid.
    Port,
}

impl fmt::Display for OriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoScheme => {
                f.write_str("expected a URL like `http://www.example.com/`, found no `://`")
            }
            Self::Scheme => f.write_str("expected `http` or `https` before `://`"),
            Self::Character { found } => write!(
                f,
                "expected a host after `://`, found {} before the path",
                quoted(found.encode_utf8(&mut [0; 4]))
            ),
            Self::Host(error) => error.fmt(f),
            Self::Port => f.write_str("expected a port from 0 to 65535 after the host"),
        }
    }
}

impl core::error::Error for OriginError {}

debug_is_display!(OriginError);
