//! Parses the address that a movie passes to `Security.loadPolicyFile` as a [`Location`].

use core::fmt;
use core::str::FromStr;

use super::Location;
use crate::Port;
use crate::diagnostic::quoted;
use crate::origin::{Host, HostError, Scheme, split_port};

/// Parses `xmlsocket://host:port`, `http://host/path` or `https://host/path`.
impl FromStr for Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        let (scheme, rest) = text.split_once("://").ok_or(LocationError::Scheme)?;
        let at = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at(at);
        let (host, port) = split_port(authority);
        let host: Host = host.parse().map_err(LocationError::Host)?;
        let port = port
            .map(|port| port.parse().map_err(|_| LocationError::Port))
            .transpose()?;
        if scheme.eq_ignore_ascii_case("xmlsocket") {
            return match port {
                _ if !matches!(path, "" | "/") => Err(LocationError::Path),
                Some(port) => Ok(Self::Socket { host, port }),
                None => Err(LocationError::Port),
            };
        }
        let scheme = Scheme::named(scheme).ok_or(LocationError::Scheme)?;
        let usual = match scheme {
            Scheme::Http => Port::HTTP,
            Scheme::Https => Port::HTTPS,
        };
        if let Some(found) = path.chars().find(|c| c.is_control() || *c == ' ') {
            return Err(LocationError::Character { found });
        }
        let path = if path.is_empty() { "/" } else { path };
        Ok(Self::Http {
            scheme,
            host,
            port: port.unwrap_or(usual),
            path: path.into(),
        })
    }
}

/// Why a text is not a [`Location`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LocationError {
    /// The scheme is not `xmlsocket`, `http` or `https`.
    Scheme,
    /// The host is invalid.
    Host(HostError),
    /// The port is invalid or missing.
    Port,
    /// A path after `xmlsocket://host:port`.
    Path,
    /// A space or a control character in the path, which would end or split the request.
    Character {
        /// The character.
        found: char,
    },
}

impl fmt::Display for LocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme => {
                f.write_str("expected `xmlsocket://host:port` or `http://host/crossdomain.xml`")
            }
            Self::Host(error) => error.fmt(f),
            Self::Port => f.write_str("expected a port from 1 to 65535 after the host"),
            Self::Path => f.write_str("expected no path after the port of an `xmlsocket` address"),
            Self::Character { found } => write!(
                f,
                "expected no spaces and no control characters in the path, found {}",
                quoted(found.encode_utf8(&mut [0; 4]))
            ),
        }
    }
}

impl core::error::Error for LocationError {}

debug_is_display!(LocationError);
