//! Why a text is not a value: what was expected, what was found, and what was most likely meant.

use std::fmt::{self, Display, Formatter};

use flash_policy::origin::HostError;

use crate::snapshot::Network;

/// A text that is not what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unexpected {
    expected: Expected,
    found: String,
    meant: Option<String>,
}

/// What was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Duration,
    /// A duration with a unit.
    Unit,
    AtMostAYear,
    AboveZero,
    DurationOrOff,
    Network,
    /// Nothing behind the prefix; this is the network without it.
    NoHostBits(Network),
    Backend,
    BackendPort,
    /// An address that can be connected to, rather than the unspecified one at this port.
    Connectable(u16),
    HostAlone,
    Host(HostError),
    Path,
    /// A path with one placeholder instead of both.
    OnePlaceholder,
    Url,
    User,
}

impl Expected {
    pub(super) fn but_found(self, text: &str) -> Unexpected {
        Unexpected {
            expected: self,
            found: text.to_owned(),
            meant: None,
        }
    }
}

impl Unexpected {
    /// Adds what was most likely meant, if anything is known.
    pub(super) fn meant(self, meant: Option<String>) -> Self {
        Self { meant, ..self }
    }
}

impl std::error::Error for Unexpected {}

impl Display for Unexpected {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (expected, found) = (self.expected, &self.found);
        match expected {
            Expected::Host(error) => return error.fmt(f),
            Expected::Unit => write!(f, "expected {expected}, found `{found}` without a unit"),
            Expected::OnePlaceholder => write!(f, "expected {expected}, found both"),
            Expected::User => write!(f, "expected {expected}, found nothing"),
            Expected::Connectable(port) => write!(
                f,
                "expected {expected}, found `{found}`; for a server on this machine: `127.0.0.1:{port}`"
            ),
            Expected::Duration
            | Expected::AtMostAYear
            | Expected::AboveZero
            | Expected::DurationOrOff
            | Expected::Network
            | Expected::NoHostBits(_)
            | Expected::Backend
            | Expected::BackendPort
            | Expected::HostAlone
            | Expected::Path
            | Expected::Url => write!(f, "expected {expected}, found `{found}`"),
        }?;
        match &self.meant {
            Some(meant) => write!(f, "; did you mean `{meant}`?"),
            None => Ok(()),
        }
    }
}

impl Display for Expected {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Duration | Self::Unit => "a duration like `200ms`, `5s`, `10m`, `2h` or `1d`",
            Self::AtMostAYear => "at most 365 days",
            Self::AboveZero => "a duration above zero",
            Self::DurationOrOff => "a duration like `5s` or `off` for `idle`",
            Self::Network => "a network like `10.0.0.0/8` or `2001:db8::/32`",
            Self::NoHostBits(network) => {
                return write!(f, "no bits behind the prefix, as in `{network}`");
            }
            Self::Backend => {
                "a host and a port, like `127.0.0.1:9340`, `game.internal:9340` or `[::1]:9340`"
            }
            Self::BackendPort => "a port from 1 to 65535 behind the host",
            Self::Connectable(_) => "an address to connect to",
            Self::HostAlone => "a host alone",
            Self::Host(_) => "a host",
            Self::Path | Self::OnePlaceholder => {
                "a path with `{port}` or `{name}` in it, like `/{port}`"
            }
            Self::Url => "a URL like `wss://play.example.com`",
            Self::User => "the name of a user",
        })
    }
}
