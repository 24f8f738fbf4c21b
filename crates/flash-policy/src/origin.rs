//! Where a movie was loaded from. Policies are matched against it.
//!
//! Names are compared as written, without a DNS lookup. A rule for an address matches only movies whose URL has that
//! address, and a rule for a name matches only that name (Adobe, *Developer's Guide*, "Website controls (policy
//! files)").

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::net::{IpAddr, Ipv6Addr};
use core::str::FromStr;

use crate::diagnostic::quoted;

/// A host name or an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// A name, in lower case and without a trailing dot.
    Name(Box<str>),
    /// An IPv4 or IPv6 address.
    Address(IpAddr),
}

impl FromStr for Host {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        if let Some(inner) = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'))
        {
            let address: Result<Ipv6Addr, _> = inner.parse();
            return address
                .map(|address| Self::Address(address.into()))
                .map_err(|_| HostError::Address);
        }
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        check_name(text.strip_suffix('.').unwrap_or(text)).map(Self::Name)
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(IpAddr::V4(address)) => write!(f, "{address}"),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

/// Why a text is not a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// The longest name in DNS (RFC 1035).
const LONGEST_NAME: usize = 253;

/// Checks a name label by label and returns it in lower case.
pub(crate) fn check_name(text: &str) -> Result<Box<str>, HostError> {
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
    Ok(text.to_ascii_lowercase().into_boxed_str())
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

/// How a movie was loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `http:`.
    Http,
    /// `https:`.
    Https,
}

impl Scheme {
    /// The scheme as written in a URL.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The scheme with this name, in any case.
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
impl FromStr for Scheme {
    type Err = SchemeError;

    fn from_str(text: &str) -> Result<Self, SchemeError> {
        Self::named(text).ok_or(SchemeError)
    }
}

/// The text is not a scheme that movies are loaded with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SchemeError;

impl fmt::Display for SchemeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected `http` or `https`, found another scheme")
    }
}

impl core::error::Error for SchemeError {}

/// The scheme and host of a movie's own URL, not of the page that embeds it. Decisions ignore its port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The scheme.
    pub scheme: Scheme,
    /// The host.
    pub host: Host,
}

/// Parses an `http` or `https` URL, or only its scheme and host: `https://www.example.org:8443/game.swf`.
///
/// Browsers read the same scheme and host from everything that this accepts (WHATWG URL). It is stricter than browsers:
/// they remove tabs, read `\` as `/`, and take `127.1` for an address.
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
        if port.is_some_and(|port| !port.is_empty() && !is_port(port)) {
            return Err(OriginError::Port);
        }
        // An IPv6 address needs brackets in a URL; any other colon precedes a port.
        if host.contains(':') && !host.starts_with('[') {
            return Err(OriginError::Host(HostError::Address));
        }
        let host = host.parse().map_err(OriginError::Host)?;
        Ok(Self { scheme, host })
    }
}

/// Whether a character ends the host for browsers, or is removed or escaped. Browsers would connect to another host.
fn ends_authority(c: char) -> bool {
    c == '\\' || c.is_whitespace() || c.is_control()
}

/// Only digits: parsing as `u16` would also accept `+80`.
fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
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

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.host)
    }
}

/// Why a text is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// The ASCII form of an international name (RFC 3492, RFC 5890), for messages only.
///
/// The name is only converted to lower case first. Without Unicode's tables, the result is a suggestion, not an exact
/// conversion.
pub(crate) fn a_label(name: &str) -> Option<String> {
    // The ASCII form of a longer name would be too long.
    if name.len() > LONGEST_NAME * 2 {
        return None;
    }
    let mut out = String::new();
    for (index, label) in name.split('.').enumerate() {
        if index > 0 {
            out.push('.');
        }
        if label.is_ascii() {
            out.push_str(&label.to_ascii_lowercase());
        } else {
            out.push_str("xn--");
            crate::punycode::encode(&label.to_lowercase(), &mut out);
        }
    }
    (out.len() <= LONGEST_NAME).then_some(out)
}
