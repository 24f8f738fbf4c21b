//! Why a text is not a valid value: what was expected, what was found, and a suggestion.

use std::fmt::{self, Display, Formatter};

use flash_policy::origin::HostError;

use crate::snapshot::Network;

/// A text that is not what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unexpected {
    expected: Expected,
    found: String,
    meant: Option<String>,
    because: Option<OwnPathFault>,
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
    /// No bits set after the prefix. Has the network with those bits cleared.
    NoHostBits(Network),
    Backend,
    BackendPort,
    /// An address to connect to, instead of the unspecified address with this port.
    Connectable(u16),
    HostAlone,
    Host(HostError),
    Path,
    /// A path with one placeholder, not both.
    OnePlaceholder,
    /// The path of one gate.
    OwnPath,
    Url,
    User,
}

/// Which part of the path of one gate is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OwnPathFault {
    NoSlash,
    InPath(char),
    /// A part that leads elsewhere: `.` or `..`.
    Step(String),
    NoEquals,
    NoName,
    InName(char),
    /// The parameter with this name has no value.
    NoValue(String),
    /// The value of the parameter with this name has such a character.
    InValue(String, char),
    /// There is more than one parameter.
    Second,
}

impl Display for OwnPathFault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSlash => f.write_str("it does not begin with `/`"),
            Self::InPath(unfit) => write!(f, "the path can't have `{unfit}`"),
            Self::Step(step) => write!(f, "browsers remove `{step}` from paths"),
            Self::NoEquals => f.write_str("there is no `=` after `?`"),
            Self::NoName => f.write_str("the parameter has no name before `=`"),
            Self::InName(unfit) => write!(f, "the parameter's name can't have `{unfit}`"),
            Self::NoValue(name) => write!(f, "the parameter `{name}` has no value"),
            Self::InValue(name, unfit) => write!(f, "the value of `{name}` can't have `{unfit}`"),
            Self::Second => f.write_str("`&` begins a second parameter"),
        }
    }
}

impl Expected {
    pub(super) fn but_found(self, text: &str) -> Unexpected {
        Unexpected {
            expected: self,
            found: text.to_owned(),
            meant: None,
            because: None,
        }
    }
}

impl Unexpected {
    /// Adds which part is wrong.
    pub(super) fn because(self, because: OwnPathFault) -> Self {
        let because = Some(because);
        Self { because, ..self }
    }

    /// Adds a suggestion, if there is one.
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
                "expected {expected}, found `{found}`; for a server on this machine, write `127.0.0.1:{port}`"
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
            | Expected::OwnPath
            | Expected::Url => write!(f, "expected {expected}, found `{found}`"),
        }?;
        if let Some(because) = &self.because {
            write!(f, ": {because}")?;
        }
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
                return write!(f, "no bits set after the prefix, as in `{network}`");
            }
            Self::Backend => {
                "a host and a port, like `127.0.0.1:9340`, `game.internal:9340` or `[::1]:9340`"
            }
            Self::BackendPort => "a port from 1 to 65535 after the host",
            Self::Connectable(_) => "an address to connect to",
            Self::HostAlone => "a host without a port or URL",
            Self::Host(_) => "a host",
            Self::Path | Self::OnePlaceholder => {
                "a path that contains `{port}` or `{name}`, like `/{port}`"
            }
            Self::OwnPath => {
                "a path like `/socketproxy/`, or one with one query parameter like `/?token=login`"
            }
            Self::Url => "a URL like `wss://play.example.com`",
            Self::User => "a user name",
        })
    }
}
