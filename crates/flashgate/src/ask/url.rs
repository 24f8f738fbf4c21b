//! The URL of a daemon's `[admin]`, and the addresses that it means.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::str::FromStr;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use flash_policy::Host;
use flashgate_config::snapshot::ListenAddress;
use flashgate_wire::http::HostField;

/// `http://HOST:PORT`, with or without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AdminUrl {
    host: Host,
    port: u16,
    /// With the query.
    path: Option<String>,
}

/// Why a text is not the URL of an `[admin]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BadUrl {
    /// `https://`.
    Https,
    /// Another scheme.
    Scheme(String),
    /// No host, or not a valid one.
    Host,
    /// `HOST` without a port and without `http://`.
    NoPort,
    /// Port 0.
    PortZero,
    /// The path has a space, a control character, a `#`, or letters outside of ASCII.
    Path,
}

impl FromStr for AdminUrl {
    type Err = BadUrl;

    fn from_str(text: &str) -> Result<Self, BadUrl> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
            None => (None, text),
        };
        match scheme.as_deref() {
            None | Some("http") => {}
            Some("https") => return Err(BadUrl::Https),
            Some(other) => return Err(BadUrl::Scheme(other.to_owned())),
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(end);
        let HostField { host, port } = HostField::parse(host.as_bytes()).ok_or(BadUrl::Host)?;
        let port = match (port, scheme) {
            (Some(0), _) => return Err(BadUrl::PortZero),
            (Some(port), _) => port,
            (None, Some(_)) => 80,
            (None, None) => return Err(BadUrl::NoPort),
        };
        let path = path_of(path)?;
        Ok(Self { host, port, path })
    }
}

/// The path of a URL; none if it is `/`.
fn path_of(text: &str) -> Result<Option<String>, BadUrl> {
    if text
        .bytes()
        .any(|byte| !byte.is_ascii_graphic() || byte == b'#')
    {
        return Err(BadUrl::Path);
    }
    Ok(match text {
        "" | "/" => None,
        query if query.starts_with('?') => Some(format!("/{query}")),
        path => Some(path.to_owned()),
    })
}

impl AdminUrl {
    /// The URL of an address that a daemon listens on. Every address includes loopback. None for port 0.
    pub(crate) fn of(address: ListenAddress) -> Option<Self> {
        let ip = match address {
            ListenAddress::Everywhere { .. } => Ipv6Addr::UNSPECIFIED.into(),
            ListenAddress::Exactly(address) => address.ip(),
        };
        (address.port() != 0).then_some(Self {
            host: Host::Address(ip),
            port: address.port(),
            path: None,
        })
    }

    pub(crate) fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The value of the `Host` field.
    pub(super) fn host(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The addresses to try, in order.
    pub(super) fn addresses(&self, limit: Duration) -> io::Result<Vec<SocketAddr>> {
        const LOOPBACK: [IpAddr; 2] = [
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::LOCALHOST),
        ];
        let at = |ip: IpAddr| SocketAddr::new(ip, self.port);
        Ok(match &self.host {
            // `[::]` includes IPv4, unless the system is set up otherwise.
            Host::Address(IpAddr::V6(ip)) if ip.is_unspecified() => {
                LOOPBACK.into_iter().rev().map(at).collect()
            }
            Host::Address(ip) if ip.is_unspecified() => vec![at(Ipv4Addr::LOCALHOST.into())],
            Host::Address(ip) => vec![at(*ip)],
            // A container may have no /etc/hosts.
            Host::Name(name) if name == "localhost" => LOOPBACK.into_iter().map(at).collect(),
            Host::Name(name) => resolved(name.to_string(), self.port, limit)?,
        })
    }
}

/// Resolves a name. The system sets its own time limit, so this waits on another thread, if there may be one.
fn resolved(name: String, port: u16, limit: Duration) -> io::Result<Vec<SocketAddr>> {
    let resolve = move || Ok((name.as_str(), port).to_socket_addrs()?.collect());
    let (sender, receiver) = mpsc::channel();
    let on_thread = thread::Builder::new().spawn({
        let resolve = resolve.clone();
        move || sender.send(resolve())
    });
    match on_thread {
        Ok(_) => receiver
            .recv_timeout(limit)
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())),
        Err(_) => resolve(),
    }
}

impl fmt::Display for AdminUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, port) = (&self.host, self.port);
        let path = self.path.as_deref().unwrap_or_default();
        write!(f, "http://{host}:{port}{path}")
    }
}

impl fmt::Display for BadUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Https => f.write_str(
                "`[admin]` speaks plain HTTP; write its own address, like `http://127.0.0.1:9843`",
            ),
            Self::Scheme(found) => write!(f, "expected `http://`, found `{found}://`"),
            Self::Host => f.write_str(
                "expected a host, like `127.0.0.1:9843`, `[::1]:9843` or `localhost:9843`",
            ),
            Self::NoPort => f.write_str("expected a port, like `127.0.0.1:9843`"),
            Self::PortZero => f.write_str("expected a port from 1 to 65535, found 0"),
            Self::Path => f.write_str(
                "expected a path of ASCII characters without spaces and `#`, like `/readyz`",
            ),
        }
    }
}

impl std::error::Error for BadUrl {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, BadUrl>) {
        let read = text.parse::<AdminUrl>().map(|url| url.to_string());
        assert_eq!(read, expected.map(str::to_owned), "{text}");
    }

    #[test]
    fn urls() {
        check("127.0.0.1:9843", Ok("http://127.0.0.1:9843"));
        check("http://127.0.0.1:9843/", Ok("http://127.0.0.1:9843"));
        check("HTTP://[::1]:1/x?y", Ok("http://[::1]:1/x?y"));
        check("http://a.test", Ok("http://a.test:80"));
        check("localhost:1?x", Ok("http://localhost:1/?x"));
        check("https://a.test", Err(BadUrl::Https));
        check("ftp://a.test", Err(BadUrl::Scheme("ftp".to_owned())));
        check("a.test", Err(BadUrl::NoPort));
        check("127.0.0.1:0", Err(BadUrl::PortZero));
        check("http://a.test:1/a b", Err(BadUrl::Path));
        check("http://a.test:1/a#b", Err(BadUrl::Path));
        for text in ["", "http://", "a b:1", "u@a.test:1", "::1:80", "a.test:x"] {
            check(text, Err(BadUrl::Host));
        }
    }

    #[test]
    fn wildcards_are_asked_at_loopback() {
        let addresses = |text: &str| {
            let url = AdminUrl::of(text.parse().unwrap()).unwrap();
            let found = url.addresses(Duration::from_secs(1)).unwrap();
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(addresses("9843"), ["[::1]:9843", "127.0.0.1:9843"]);
        assert_eq!(addresses("0.0.0.0:1"), ["127.0.0.1:1"]);
        assert_eq!(addresses("192.0.2.1:1"), ["192.0.2.1:1"]);
        assert_eq!(AdminUrl::of("127.0.0.1:0".parse().unwrap()), None);
    }
}
