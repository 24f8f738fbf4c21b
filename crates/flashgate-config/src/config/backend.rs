//! A backend's `host:port`: how it is parsed, and whether it is flashgate itself. Nothing here looks up a name.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use flash_policy::Host;

use super::unexpected::{Expected, Unexpected};
use crate::snapshot::Backend;
use crate::snapshot::ListenAddress;

/// Reads `127.0.0.1:9340`, `game.internal:9340` or `[::1]:9340`.
pub fn parse(text: &str) -> Result<Backend, Unexpected> {
    let bad_form = || Expected::Backend.but_found(text).meant(meant(text));
    let (host, port) = split(text).ok_or_else(bad_form)?;
    let port = match port.parse() {
        Ok(0) | Err(_) => return Err(Expected::BackendPort.but_found(port)),
        Ok(port) => port,
    };
    let address = match host.parse() {
        Ok(Host::Address(address)) => address,
        Ok(Host::Name(_)) => {
            // As written: a trailing dot turns off the resolver's search list.
            let host = host.to_owned();
            return Ok(Backend { host, port });
        }
        Err(error) => return Err(Expected::Host(error).but_found(host)),
    };
    if address.is_unspecified() {
        return Err(Expected::Connectable(port).but_found(text));
    }
    let host = address.to_string();
    Ok(Backend { host, port })
}

/// Splits at the last colon, unless it belongs to an IPv6 address.
fn split(text: &str) -> Option<(&str, &str)> {
    let (host, port) = text.rsplit_once(':')?;
    let bare_v6 = host.contains(':') && !host.starts_with('[');
    (!bare_v6 && !host.is_empty() && !port.contains(']')).then_some((host, port))
}

/// A suggestion for a text that lacks its host or its port.
fn meant(text: &str) -> Option<String> {
    let port = text.strip_prefix(':').unwrap_or(text);
    if let Some((address, port)) = without_brackets(text) {
        Some(format!("[{address}]:{port}"))
    } else if let Ok(address) = bare(text).parse::<Ipv6Addr>() {
        Some(format!("[{address}]:9340"))
    } else if port.parse::<u16>().is_ok() {
        Some(format!("127.0.0.1:{port}"))
    } else {
        text.parse::<Host>().is_ok().then(|| format!("{text}:9340"))
    }
}

/// An IPv6 address and a port without brackets between them. A single digit is taken as part of the address.
fn without_brackets(text: &str) -> Option<(Ipv6Addr, u16)> {
    let (address, port) = text.rsplit_once(':').filter(|(_, port)| port.len() > 1)?;
    Some((address.parse().ok()?, port.parse().ok()?))
}

/// The text without brackets around all of it.
fn bare(text: &str) -> &str {
    let inside = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    inside.unwrap_or(text)
}

/// The addresses that flashgate listens on, to check whether a backend is one of them.
#[derive(Debug)]
pub struct PlannedAddresses {
    /// The index of the first listener with this address and port.
    places: HashMap<(Option<IpAddr>, u16), usize>,
    /// The addresses of this machine that are known.
    here: HashSet<IpAddr>,
}

impl PlannedAddresses {
    /// Collects these addresses. Port 0 never matches.
    pub fn new(addresses: impl IntoIterator<Item = ListenAddress>) -> Self {
        let (mut places, mut here) = (HashMap::new(), HashSet::new());
        for (place, address) in addresses.into_iter().enumerate() {
            let ip = match address {
                ListenAddress::Everywhere { .. } => None,
                ListenAddress::Exactly(at) => Some(at.ip()),
            };
            here.extend(ip);
            let key = (ip.map(|ip| ip.to_canonical()), address.port());
            places.entry(key).or_insert(place);
        }
        Self { places, here }
    }

    /// The index of the first listener that a connection to this backend would reach, as far as is known without a
    /// lookup.
    pub fn holds(&self, backend: &Backend) -> Option<usize> {
        let port = backend.port;
        let at = |ip| self.places.get(&(ip, port)).copied();
        let places = addresses(&backend.host).into_iter().flat_map(|ip| {
            let is_here = ip.is_loopback() || self.here.contains(&ip);
            let wide = ip.is_ipv4().then_some(Ipv4Addr::UNSPECIFIED.into());
            let wildcards = [None, wide].into_iter().filter(move |_| is_here);
            let each = std::iter::once(Some(ip)).chain(wildcards);
            each.filter_map(at).collect::<Vec<_>>()
        });
        places.min()
    }
}

/// The addresses of a host that needs no lookup.
fn addresses(host: &str) -> Vec<IpAddr> {
    match host.parse() {
        Ok(Host::Address(address)) => vec![address.to_canonical()],
        // RFC 6761: this is always the local machine.
        Ok(Host::Name(name)) if &name == "localhost" || name.as_str().ends_with(".localhost") => {
            vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
        }
        Ok(Host::Name(_)) | Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports() {
        for text in ["127.0.0.1:1", "[::1]:65535", "game_1:9340", "a.test.:80"] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
        for (text, help) in [
            ("9340", "`127.0.0.1:9340`?"),
            (":9340", "`127.0.0.1:9340`?"),
            ("game", "`game:9340`?"),
            ("::1", "`[::1]:9340`?"),
            ("::1:9340", "`[::1]:9340`?"),
            ("[::1]", "`[::1]:9340`?"),
            ("2001:db8:1:2:3:4:5:6", "`[2001:db8:1:2:3:4:5:6]:9340`?"),
            ("", "found ``"),
            ("a.test:0", "found `0`"),
            ("a.test:65536", "1 to 65535"),
            ("a.test:", "1 to 65535"),
            ("http://a.test:80", "found `http://a.test:80`"),
            ("a b:80", "found ` `"),
            ("1.2.3:80", "valid IPv4"),
            ("[::]:80", "`127.0.0.1:80`"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(help), "{text}: {error}");
        }
    }

    #[test]
    fn itself() {
        let other: ListenAddress = "192.0.2.7:843".parse().unwrap();
        for (backend, address, ours) in [
            ("127.0.0.1:1", "1", true),
            ("127.9.9.9:1", "0.0.0.0:1", true),
            ("[::1]:1", "0.0.0.0:1", false),
            ("[::1]:1", "1", true),
            ("LocalHost:1", "[::1]:1", true),
            ("192.0.2.7:1", "1", true),
            ("192.0.2.8:1", "1", false),
            ("192.0.2.8:1", "192.0.2.8:1", true),
            ("[::ffff:192.0.2.8]:1", "192.0.2.8:1", true),
            ("127.0.0.1:1", "192.0.2.8:1", false),
            ("127.0.0.1:1", "2", false),
            ("game:1", "1", false),
        ] {
            let addresses = PlannedAddresses::new([other, address.parse().unwrap()]);
            let found = addresses.holds(&parse(backend).unwrap());
            assert_eq!(found, ours.then_some(1), "{backend} {address}");
        }
    }
}
