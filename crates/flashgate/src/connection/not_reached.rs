//! Why a server could not be reached, for the log and for the response to a page.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use super::names::NotResolved;
use crate::log;

/// Why a server could not be reached. With several addresses, this is the error of the last one.
#[derive(Debug)]
pub(super) enum NotReached {
    /// Its name has no addresses.
    Name(NotResolved),
    /// Its name was not looked up in time.
    LookupTooLong,
    /// The server did not answer in time.
    ConnectTooLong,
    /// An error of the system.
    System(io::Error),
    /// The server is flashgate itself, which listens on this address.
    Itself(SocketAddr),
}

impl NotReached {
    /// Whether the lookup or the server took too long.
    pub(super) fn is_timeout(&self) -> bool {
        match self {
            Self::LookupTooLong | Self::ConnectTooLong => true,
            Self::System(error) => error.kind() == io::ErrorKind::TimedOut,
            Self::Name(_) | Self::Itself(_) => false,
        }
    }
}

impl fmt::Display for NotReached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(error) => error.fmt(f),
            Self::LookupTooLong => f.write_str("looking up its name took too long"),
            Self::ConnectTooLong => f.write_str("connecting took too long"),
            Self::System(error) => f.write_str(&log::reason(error)),
            Self::Itself(ours) => write!(
                f,
                "it is flashgate itself, which listens on {ours}; move the server to another port or address, and use that as the backend"
            ),
        }
    }
}
