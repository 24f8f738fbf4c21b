//! `--listen`: what people write for an address.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// Where to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListenAddress {
    /// Every address of the machine, IPv6 and IPv4: a bare port, or `[::]:843`.
    Everywhere {
        /// The port; 0 takes a free one.
        port: u16,
    },
    /// One address; `0.0.0.0` is every IPv4 address.
    Exactly(SocketAddr),
}

impl ListenAddress {
    pub(crate) fn port(self) -> u16 {
        match self {
            Self::Everywhere { port } => port,
            Self::Exactly(address) => address.port(),
        }
    }

    /// What people would write for the address of a socket.
    pub(crate) fn of(address: SocketAddr) -> Self {
        match address {
            SocketAddr::V6(address) if address.ip().is_unspecified() => Self::Everywhere {
                port: address.port(),
            },
            SocketAddr::V4(_) | SocketAddr::V6(_) => Self::Exactly(address),
        }
    }

    /// For every address, all of them that a machine without IPv6 has.
    pub(crate) fn everywhere_on_v4(self) -> Option<Self> {
        match self {
            Self::Everywhere { port } => Some(Self::Exactly((Ipv4Addr::UNSPECIFIED, port).into())),
            Self::Exactly(_) => None,
        }
    }

    /// Whether another address is one of those that this one stands for, so that both can't be bound.
    pub(crate) fn covers(self, other: Self) -> bool {
        let Self::Exactly(other) = other else {
            return false;
        };
        self.port() == other.port()
            && other.port() != 0
            && !other.ip().is_unspecified()
            && match self {
                Self::Everywhere { .. } => true,
                Self::Exactly(wide) => {
                    wide.ip().is_unspecified() && wide.is_ipv4() == other.is_ipv4()
                }
            }
    }

    /// The wildcard among these whose socket takes this address's connections; none, if it is bound itself.
    pub(crate) fn holder(self, all: &[Self]) -> Option<Self> {
        let covers = |other: &Self| other.covers(self);
        // Beside `0.0.0.0`, `[::]` takes IPv6 alone.
        let exactly = |other: &Self| matches!(other, Self::Exactly(_)) && other.covers(self);
        all.iter()
            .copied()
            .find(exactly)
            .or_else(|| all.iter().copied().find(covers))
    }

    /// Whether it reaches no further than this machine.
    pub(crate) fn is_loopback(self) -> bool {
        match self {
            Self::Everywhere { .. } => false,
            Self::Exactly(address) => address.ip().to_canonical().is_loopback(),
        }
    }

    /// Whether it is every IPv4 address on this port, which `[::]` would take too.
    pub(crate) fn is_every_v4(self, port: u16) -> bool {
        port != 0 && self == Self::Exactly((Ipv4Addr::UNSPECIFIED, port).into())
    }
}

impl FromStr for ListenAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(port) = text.parse() {
            return Ok(Self::Everywhere { port });
        }
        match text.parse::<SocketAddr>() {
            Ok(address) => Ok(Self::of(address)),
            Err(_) => Err(expectation(text)),
        }
    }
}

fn expectation(text: &str) -> String {
    let expected =
        "expected a port or an address with a port, like `843`, `127.0.0.1:843` or `[::1]:843`";
    if text.parse::<Ipv6Addr>().is_ok() {
        return format!("{expected}; for this address: `[{text}]:843`");
    }
    if text.parse::<Ipv4Addr>().is_ok() {
        return format!("{expected}; for this address: `{text}:843`");
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
        return format!("{expected}; ports go up to 65535");
    }
    if text.contains(|c: char| c.is_ascii_alphabetic()) && !text.contains("::") {
        return format!("{expected}; a host name is not taken, its address is");
    }
    expected.to_owned()
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everywhere { port } => write!(f, "[::]:{port}"),
            Self::Exactly(address) => write!(f, "{address}"),
        }
    }
}
