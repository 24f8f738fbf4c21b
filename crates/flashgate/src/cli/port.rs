//! Parses ports in flags.

use std::error::Error;
use std::fmt;

use flash_policy::Port;
use flash_policy::ports::PortError;

/// Why a value is not a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoPort {
    Text(String),
    OutOfRange(PortError),
}

/// Parses a port that consists of digits only.
pub(super) fn parse(text: &str) -> Result<Port, NoPort> {
    text.parse().map_err(|error| {
        if matches!(error, PortError::OutOfRange { .. }) {
            NoPort::OutOfRange(error)
        } else {
            NoPort::Text(text.to_owned())
        }
    })
}

impl fmt::Display for NoPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "expected a port from 1 to 65535, found `{text}`"),
            Self::OutOfRange(error) => error.fmt(f),
        }
    }
}

impl Error for NoPort {}
