//! Why a server is not reached: what is logged, and what a page is told.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use super::names::NotResolved;
use crate::log;

/// Why a server is not reached; of several addresses, the last one counts.
#[derive(Debug)]
pub(super) enum NotReached {
    /// Its name has no addresses.
    Name(NotResolved),
    /// Its name was not looked up in time.
    LookupTooLong,
    /// It did not answer in time.
    ConnectTooLong,
    /// The system says why.
    System(io::Error),
    /// It is flashgate itself, which listens here.
    Itself(SocketAddr),
}

impl NotReached {
    /// Whether there was no answer in time.
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
                "it is flashgate itself, which listens on {ours}; have the server listen on another port or address, and name that one"
            ),
        }
    }
}
