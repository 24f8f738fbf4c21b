//! Ranges of ports at the end of an address: a gate on `[::]:9875-9878` is four gates.
//!
//! The config file and `--gate` use this. Nothing here knows what else a gate has.

use std::fmt::{self, Display, Formatter};

use flash_policy::Port;

use super::backend;
use super::unexpected::{Expected, Unexpected};
use crate::snapshot::{Backend, ListenAddress, NoAddress, split_range};

mod fault;

pub use fault::{BadPorts, BadRange, MOST_PORTS, UnevenRanges};

/// An address with one port, or with each port of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ports<T> {
    /// One port, without a range.
    One(T),
    /// One for each port of the range, in order.
    Range(Vec<T>),
}

impl<T> Ports<T> {
    /// How many there are, or `None` if it is not a range.
    pub fn in_range(&self) -> Option<usize> {
        match self {
            Self::One(_) => None,
            Self::Range(each) => Some(each.len()),
        }
    }

    /// All of them.
    pub fn each(self) -> Vec<T> {
        match self {
            Self::One(only) => vec![only],
            Self::Range(each) => each,
        }
    }
}

/// Reads the address of a gate: what `ListenAddress` reads, or `9875-9878`, `0.0.0.0:9875-9878`, `[::1]:9875-9878`.
///
/// # Errors
///
/// If it is not an address, or the range can't be used.
pub fn listen(text: &str) -> Result<Ports<ListenAddress>, BadPorts<NoAddress>> {
    listen_like(text, ListenAddress::MASTER)
}

/// Like [`listen`], with this port in suggestions.
pub(super) fn listen_like(
    text: &str,
    example: u16,
) -> Result<Ports<ListenAddress>, BadPorts<NoAddress>> {
    let read = |text: &str| ListenAddress::read(text, example).map_err(BadPorts::Address);
    let Some((before, ports)) = split(text) else {
        return read(text).map(Ports::One);
    };
    let first = read(&with_port(before, ports.low))?;
    let each = ports.each()?.map(|port| first.with_port(port));
    Ok(Ports::Range(each.collect()))
}

/// Reads the backend of a gate: what `backend::parse` reads, or the same with a range of ports.
///
/// # Errors
///
/// If it is not a backend, or the range can't be used.
pub fn backend(text: &str) -> Result<Ports<Backend>, BadPorts<Unexpected>> {
    let read = |text: &str| backend::parse(text).map_err(BadPorts::Address);
    let Some((before, ports)) = split(text) else {
        return read(text).map(Ports::One);
    };
    let Some(before) = before.filter(|host| !host.is_empty()) else {
        let meant = format!("127.0.0.1:{ports}");
        let error = Expected::Backend.but_found(text).meant(Some(meant));
        return Err(BadPorts::Address(error));
    };
    let each = ports.each()?;
    let first = read(&with_port(Some(before), ports.low))?;
    let each = each.map(|port| Backend {
        port,
        ..first.clone()
    });
    Ok(Ports::Range(each.collect()))
}

/// Reads a range of ports alone, as in `9875-9878`.
pub(super) fn ports(text: &str) -> Result<Ports<Port>, BadRange> {
    let Some((None, ports)) = split(text) else {
        return Err(BadRange::NotPorts(text.to_owned()));
    };
    let each = ports.each()?;
    Ok(Ports::Range(
        each.filter_map(|port| Port::new(port).ok()).collect(),
    ))
}

/// Puts each backend behind its address.
///
/// # Errors
///
/// If only one of them is a range, or the ranges differ in length.
///
/// ```
/// use flashgate_config::config::port_range::{backend, listen, pairs};
///
/// let gates = pairs(listen("9875-9878")?, backend("127.0.0.1:6112-6115")?)?;
/// let last = gates.last().unwrap();
/// assert_eq!((last.0.to_string(), last.1.to_string()), ("[::]:9878".to_owned(), "127.0.0.1:6115".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn pairs(
    addresses: Ports<ListenAddress>,
    backends: Ports<Backend>,
) -> Result<Vec<(ListenAddress, Backend)>, UnevenRanges> {
    UnevenRanges::check(addresses.in_range(), backends.in_range())?;
    Ok(addresses.each().into_iter().zip(backends.each()).collect())
}

/// A range in a text. Its ports may be out of order, or no ports at all.
#[derive(Clone, Copy, Debug)]
struct RangeText<'a> {
    low: &'a str,
    high: &'a str,
}

/// Splits a text that ends in a range of ports.
fn split(text: &str) -> Option<(Option<&str>, RangeText<'_>)> {
    let (before, low, high) = split_range(text)?;
    Some((before, RangeText { low, high }))
}

fn with_port(before: Option<&str>, port: &str) -> String {
    before.map_or_else(|| port.to_owned(), |before| format!("{before}:{port}"))
}

impl RangeText<'_> {
    fn each(self) -> Result<impl Iterator<Item = u16>, BadRange> {
        let port = |text: &str| text.parse::<u16>().ok().filter(|port| *port != 0);
        let (Some(low), Some(high)) = (port(self.low), port(self.high)) else {
            return Err(BadRange::NotPorts(self.to_string()));
        };
        if low > high {
            return Err(BadRange::Reversed {
                first: low,
                last: high,
            });
        }
        let length = usize::from(high - low) + 1;
        if length > MOST_PORTS {
            return Err(BadRange::TooLong {
                first: low,
                last: high,
            });
        }
        Ok(low..=high)
    }
}

impl Display for RangeText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.low, self.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<T: Display, E: Display>(read: Result<Ports<T>, BadPorts<E>>) -> String {
        match read {
            Ok(ports) => {
                let ports = ports.each().into_iter().map(|it| it.to_string());
                ports.collect::<Vec<_>>().join(" ")
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn ranges_of_addresses() {
        for (text, each) in [
            ("9875-9876", "[::]:9875 [::]:9876"),
            ("[::]:9875-9876", "[::]:9875 [::]:9876"),
            ("0.0.0.0:1-2", "0.0.0.0:1 0.0.0.0:2"),
            ("[::1]:65535-65535", "[::1]:65535"),
            ("127.0.0.1:0", "127.0.0.1:0"),
        ] {
            assert_eq!(shown(listen(text)), each);
        }
        for (text, message) in [
            ("9878-9875", "did you mean `9875-9878`?"),
            ("0-3", "from 1 to 65535, found `0-3`"),
            ("1-65536", "found `1-65536`"),
            ("1-1001", "at most 1000 ports, found 1001"),
            ("::1:9875-9876", "`[::1]:9875`?"),
            ("a.test:1-2", "instead of a name"),
            ("1-", "found `1-`"),
            ("1-2-3", "found `1-2-3`"),
        ] {
            let shown = shown(listen(text));
            assert!(shown.contains(message), "{shown}");
        }
        assert_eq!(listen("1-1000").unwrap().in_range(), Some(MOST_PORTS));
    }

    #[test]
    fn ranges_of_backends() {
        for (text, each) in [
            ("127.0.0.1:1-2", "127.0.0.1:1 127.0.0.1:2"),
            ("[::1]:1-2", "[::1]:1 [::1]:2"),
            ("my-host-1:80-81", "my-host-1:80 my-host-1:81"),
            ("my-host-1:80", "my-host-1:80"),
        ] {
            assert_eq!(shown(backend(text)), each);
        }
        for (text, message) in [
            ("9875-9878", "`127.0.0.1:9875-9878`?"),
            (":9875-9878", "`127.0.0.1:9875-9878`?"),
            ("a.test:2-1", "did you mean `1-2`?"),
            ("[::]:1-2", "an address to connect to"),
        ] {
            let shown = shown(backend(text));
            assert!(shown.contains(message), "{shown}");
        }
    }

    #[test]
    fn ranges_of_different_length() {
        let pairs =
            |address: &str, server: &str| pairs(listen(address).unwrap(), backend(server).unwrap());
        assert_eq!(pairs("1-3", "a.test:11-13").unwrap().len(), 3);
        // A range of one port is one port.
        for (address, server) in [
            ("1", "a.test:11"),
            ("1-1", "a.test:11"),
            ("1", "a.test:11-11"),
        ] {
            assert_eq!(pairs(address, server).unwrap().len(), 1);
        }
        for (address, server, message) in [
            (
                "1-3",
                "a.test:1-2",
                "a range of 3 ports, as many as the gate listens on, found a range of 2 ports",
            ),
            ("1-3", "a.test:1", "found one port"),
            ("1", "a.test:1-2", "expected one port"),
            ("1-1", "a.test:1-2", "expected one port"),
        ] {
            let error = pairs(address, server).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
