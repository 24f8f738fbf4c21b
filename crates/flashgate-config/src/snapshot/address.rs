//! Parses addresses to listen on, as `--listen` takes them.

use std::collections::HashSet;
use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// An address to listen on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListenAddress {
    /// Every address of the machine, IPv6 and IPv4: a bare port, or `[::]:843`.
    Everywhere {
        /// The port. 0 takes a free one.
        port: u16,
    },
    /// One address. `0.0.0.0` is every IPv4 address.
    Exactly(SocketAddr),
}

impl ListenAddress {
    /// The port. 0 takes a free one.
    pub fn port(self) -> u16 {
        match self {
            Self::Everywhere { port } => port,
            Self::Exactly(address) => address.port(),
        }
    }

    /// The address of a socket, as people write it.
    pub fn of(address: SocketAddr) -> Self {
        match address {
            SocketAddr::V6(address) if address.ip().is_unspecified() => Self::Everywhere {
                port: address.port(),
            },
            SocketAddr::V4(_) | SocketAddr::V6(_) => Self::Exactly(address),
        }
    }

    /// The IPv4 form of "every address", for a machine without IPv6.
    pub fn everywhere_on_v4(self) -> Option<Self> {
        match self {
            Self::Everywhere { port } => Some(Self::Exactly((Ipv4Addr::UNSPECIFIED, port).into())),
            Self::Exactly(_) => None,
        }
    }

    /// Whether another address is one of those that this wildcard includes, so that both can't be bound.
    pub fn covers(self, other: Self) -> bool {
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

    /// The wildcard among these whose socket receives this address's connections. None if the address is bound itself.
    pub(crate) fn holder(self, all: &HashSet<Self>) -> Option<Self> {
        let port = self.port();
        // Next to `0.0.0.0`, `[::]` takes only IPv6.
        let on_v4 = Self::Exactly((Ipv4Addr::UNSPECIFIED, port).into());
        let mut wildcards = [on_v4, Self::Everywhere { port }].into_iter();
        wildcards.find(|wide| wide.covers(self) && all.contains(wide))
    }

    /// Whether only this machine can reach it.
    pub(crate) fn is_loopback(self) -> bool {
        match self {
            Self::Everywhere { .. } => false,
            Self::Exactly(address) => address.ip().to_canonical().is_loopback(),
        }
    }

    /// Whether it is every IPv4 address on this port, which `[::]` would include.
    pub fn is_every_v4(self, port: u16) -> bool {
        port != 0 && self == Self::Exactly((Ipv4Addr::UNSPECIFIED, port).into())
    }
}

impl FromStr for ListenAddress {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Self, NoAddress> {
        Self::read(text, Self::MASTER)
    }
}

impl ListenAddress {
    /// The port that players ask first, which examples use.
    pub(crate) const MASTER: u16 = 843;

    /// The same with another port.
    pub(crate) fn with_port(self, port: u16) -> Self {
        match self {
            Self::Everywhere { .. } => Self::Everywhere { port },
            Self::Exactly(mut address) => {
                address.set_port(port);
                Self::Exactly(address)
            }
        }
    }

    /// Parses an address. If it is invalid, the error suggests one with the port `example`.
    pub fn read(text: &str, example: u16) -> Result<Self, NoAddress> {
        if let Ok(port) = text.parse() {
            return Ok(Self::Everywhere { port });
        }
        match text.parse::<SocketAddr>() {
            Ok(address) => Ok(Self::of(address)),
            Err(_) => Err(NoAddress {
                text: text.to_owned(),
                example,
            }),
        }
    }
}

/// A text that is not an address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAddress {
    text: String,
    /// The port in suggestions.
    example: u16,
}

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, port) = (self.text.as_str(), self.example);
        write!(
            f,
            "expected a port or an address with a port, like `{port}`, `127.0.0.1:{port}` or `[::1]:{port}`, found `{text}`"
        )?;
        if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
            return f.write_str("; ports go up to 65535");
        }
        if is_range(text) {
            return f.write_str(
                "; only a gate can listen on a range of ports, and no list can contain one",
            );
        }
        match meant(text, port) {
            Some(meant) => write!(f, "; did you mean `{meant}`?"),
            None if text.contains(|c: char| c.is_ascii_alphabetic()) && !text.contains("::") => {
                f.write_str("; write the IP address instead of a name")
            }
            None => Ok(()),
        }
    }
}

impl Error for NoAddress {}

/// Splits a text that ends in a range of ports, as in `[::]:9875-9878`: before its last colon, the first port, the last
/// port. The ports are only digits.
pub(crate) fn split_range(text: &str) -> Option<(Option<&str>, &str, &str)> {
    let (before, ports) = match text.rsplit_once(':') {
        Some((before, ports)) => (Some(before), ports),
        None => (None, text),
    };
    let (low, high) = ports.split_once('-')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (is_number(low) && is_number(high)).then_some((before, low, high))
}

/// Whether a text ends in a range of ports.
pub(crate) fn is_range(text: &str) -> bool {
    split_range(text).is_some()
}

/// A suggestion for an address without a port, IPv6 without brackets, or a name that every machine has.
fn meant(text: &str, port: u16) -> Option<String> {
    if let Some((_, rest)) = text.split_once("://") {
        let address = rest.split('/').next()?;
        let good = ListenAddress::read(address, port).is_ok();
        return good
            .then(|| address.to_owned())
            .or_else(|| meant(address, port));
    }
    let text = text.strip_suffix(':').unwrap_or(text);
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let (host, given) = match text.rsplit_once(':') {
        // A single digit is taken as part of the address.
        Some((host, port)) if port.len() > 1 && port.parse::<u16>().is_ok() => (host, Some(port)),
        Some(_) | None => (text, None),
    };
    if matches!(host, "" | "*" | "localhost") {
        let port = given.map_or_else(|| port.to_string(), str::to_owned);
        return match host {
            "localhost" => Some(format!("127.0.0.1:{port}")),
            _ => given.map(|_| port),
        };
    }
    if let (Ok(address), Some(port)) = (host.parse::<Ipv6Addr>(), given) {
        return Some(format!("[{address}]:{port}"));
    }
    match bare.unwrap_or(text).parse::<IpAddr>().ok()? {
        IpAddr::V6(address) => Some(format!("[{address}]:{port}")),
        IpAddr::V4(address) => Some(format!("{address}:{port}")),
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everywhere { port } => write!(f, "[::]:{port}"),
            Self::Exactly(address) => write!(f, "{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant() {
        for (text, meant) in [
            ("::1:9339", "`[::1]:9339`"),
            ("fe80::1:843", "`[fe80::1]:843`"),
            ("2001:db8:0:0:0:0:0:1:843", "`[2001:db8::1]:843`"),
            ("::1", "`[::1]:843`"),
            ("[::1]", "`[::1]:843`"),
            ("[::1]:", "`[::1]:843`"),
            ("2001:db8::1", "`[2001:db8::1]:843`"),
            ("127.0.0.1", "`127.0.0.1:843`"),
            ("127.0.0.1:", "`127.0.0.1:843`"),
            ("localhost:9339", "`127.0.0.1:9339`"),
            ("localhost", "`127.0.0.1:843`"),
            ("*:9339", "`9339`"),
            (":9339", "`9339`"),
        ] {
            let error = ListenAddress::from_str(text).unwrap_err().to_string();
            assert!(
                error.ends_with(&format!("did you mean {meant}?")),
                "{error}"
            );
        }
        let gate = ListenAddress::read("::1", 9339).unwrap_err().to_string();
        assert!(gate.contains("`[::1]:9339`?"), "{gate}");
        for text in ["", "a.test:843", "99999", "1.2.3:80", "[::1", "*"] {
            let error = ListenAddress::from_str(text).unwrap_err().to_string();
            assert!(!error.contains("did you mean"), "{error}");
        }
    }
}
