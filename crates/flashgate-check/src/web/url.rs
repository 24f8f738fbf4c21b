//! URLs of bridges and pages, as far as a check needs them.

use std::fmt::{self, Write as _};
use std::net::IpAddr;

use flash_policy::origin::{HostError, OriginError};
use flash_policy::{Host, Origin, Scheme};

/// What is wrong with the URL of a bridge, a page, or what a page loads.
#[derive(Clone, Debug)]
pub enum UrlFault {
    /// It has a `#`.
    Fragment,
    /// It has no `://`.
    NoScheme,
    /// Its scheme is not that of a WebSocket.
    Scheme(String),
    /// An IPv6 address without brackets.
    NoBrackets(String),
    /// Its host is not a name or an address.
    Host(HostError),
    /// It is not the URL of a page.
    Origin(OriginError),
    /// Its scheme is not that of a page, script or movie.
    NotWeb(String),
    /// Its port is not a number from 1 to 65535.
    Port(String),
}

impl fmt::Display for UrlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fragment => {
                f.write_str("expected a URL without a fragment, found `#`: browsers reject it")
            }
            Self::NoScheme => {
                f.write_str("expected a URL like `wss://play.example.com/9339`, found no `://`")
            }
            Self::Scheme(found) => {
                write!(f, "expected `ws` or `wss` before `://`, found `{found}`")
            }
            Self::NoBrackets(host) => {
                write!(f, "expected brackets around an IPv6 address: `[{host}]`")
            }
            Self::Host(error) => error.fmt(f),
            Self::Origin(error) => error.fmt(f),
            Self::NotWeb(found) => {
                write!(
                    f,
                    "expected `http` or `https` before `://`, found `{found}`"
                )
            }
            Self::Port(found) => write!(f, "expected a port from 1 to 65535, found `{found}`"),
        }
    }
}

/// A `ws:` or `wss:` URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyUrl {
    pub(crate) secure: bool,
    pub(crate) host: Host,
    pub(crate) port: u16,
    /// Path and query, beginning with a slash, as in a request.
    pub(crate) path: String,
}

/// Where a page was loaded from. Unlike a movie's origin, it has a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebOrigin {
    pub(crate) scheme: Scheme,
    pub(crate) host: Host,
    pub(crate) port: Option<u16>,
}

impl ProxyUrl {
    /// Reads a URL like a browser's `WebSocket`. A path alone is on the page's host.
    pub fn read(text: &str, page: Option<&WebOrigin>) -> Result<Self, UrlFault> {
        let text = stripped(text);
        if text.contains('#') {
            return Err(UrlFault::Fragment);
        }
        if let (true, Some(page)) = (text.starts_with('/'), page) {
            let secure = page.scheme == Scheme::Https;
            return Ok(Self {
                secure,
                host: page.host.clone(),
                port: page.port.unwrap_or(default_port(secure)),
                path: encoded(&text),
            });
        }
        let (scheme, rest) = text.split_once("://").ok_or(UrlFault::NoScheme)?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "ws" | "http" => false,
            "wss" | "https" => true,
            _ => return Err(UrlFault::Scheme(scheme.to_owned())),
        };
        let (host, port, path) = located(rest)?;
        Ok(Self {
            secure,
            host,
            port: port.unwrap_or(default_port(secure)),
            path,
        })
    }

    /// The host as in the `Host` header.
    pub(crate) fn authority(&self) -> String {
        if self.port == default_port(self.secure) {
            self.host.to_string()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// The host, the port and the path of what follows `://`.
pub(super) fn located(rest: &str) -> Result<(Host, Option<u16>, String), UrlFault> {
    let at = rest.find(['/', '\\', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(at);
    let authority = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let (host, port) = host_and_port(authority)?;
    let path = encoded(path);
    let slash = if path.starts_with('/') { "" } else { "/" };
    Ok((host, port, format!("{slash}{path}")))
}

/// Removes what browsers ignore in a URL (WHATWG URL, "basic URL parser"): spaces around it, tabs and line ends in it.
pub(super) fn stripped(text: &str) -> String {
    let text = text.trim_matches(|c: char| c <= ' ');
    text.chars()
        .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
        .collect()
}

/// Path and query as browsers send them (WHATWG URL, the percent-encode sets of both).
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::new();
    let mut in_query = false;
    for c in text.chars() {
        in_query |= c == '?';
        let special = match c {
            '"' | '<' | '>' | '#' => true,
            '^' | '`' | '{' | '}' => !in_query,
            '\'' => in_query,
            _ => !('!'..='~').contains(&c),
        };
        if c == '\\' && !in_query {
            out.push('/');
        } else if special {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to a string can't fail.
                let _ = write!(out, "%{byte:02X}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

impl fmt::Display for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "wss" } else { "ws" };
        write!(f, "{scheme}://{}{}", self.authority(), self.path)
    }
}

impl WebOrigin {
    /// Reads a page's URL, and ignores what follows its host.
    pub(super) fn read(text: &str) -> Result<Self, UrlFault> {
        let origin: Origin = text.parse().map_err(UrlFault::Origin)?;
        let rest = text.split_once("://").map_or("", |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let authority = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        let (_, port) = host_and_port(authority)?;
        let default = default_port(origin.scheme == Scheme::Https);
        Ok(Self {
            scheme: origin.scheme,
            host: origin.host,
            port: port.filter(|port| *port != default),
        })
    }

    /// Whether it is on the local network, as far as its name shows.
    pub(crate) fn is_local(&self) -> bool {
        match &self.host {
            Host::Name(name) => {
                let last = name.as_str().rsplit('.').next().unwrap_or_default();
                last == "localhost" || (last == "local" && name.as_str() != "local")
            }
            Host::Address(address) => is_local(*address),
        }
    }
}

impl fmt::Display for WebOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// Loopback, private, link-local: what browsers call the local network.
pub(crate) fn is_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_private() || address.is_link_local()
        }
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

pub(super) const fn default_port(secure: bool) -> u16 {
    if secure { 443 } else { 80 }
}

/// Splits `host:port`. Colons inside brackets don't count.
pub(crate) fn host_and_port(text: &str) -> Result<(Host, Option<u16>), UrlFault> {
    let from = text.rfind(']').unwrap_or(0);
    let colon = text.get(from..).and_then(|tail| tail.rfind(':'));
    let (host, port) = match colon {
        Some(colon) => text.split_at(from + colon),
        None => (text, ""),
    };
    if host.contains(':') && !host.starts_with('[') {
        return Err(UrlFault::NoBrackets(host.to_owned()));
    }
    let host: Host = host.parse().map_err(UrlFault::Host)?;
    let port = match port.strip_prefix(':') {
        None | Some("") => None,
        Some(port) => Some(number(port)?),
    };
    Ok((host, port))
}

fn number(text: &str) -> Result<u16, UrlFault> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse::<u16>().ok().filter(|port| digits && *port > 0);
    number.ok_or_else(|| UrlFault::Port(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{ProxyUrl, WebOrigin};

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let page = WebOrigin::read("https://www.a.test:8443/game/").unwrap();
        let found = ProxyUrl::read(text, Some(&page));
        assert_eq!(
            found.map_or_else(|why| why.to_string(), |url| url.to_string()),
            expected
        );
    }

    #[test]
    fn urls() {
        check("ws://a.test", "ws://a.test/");
        check("wss://A.test:443/x?y", "wss://a.test/x?y");
        check("ws://[::1]:81/", "ws://[::1]:81/");
        check("/9339", "wss://www.a.test:8443/9339");
        check(" ws://a.test/a\r\nX-Evil: 1\n", "ws://a.test/aX-Evil:%201");
        check("/ä\\b c?'{", "wss://www.a.test:8443/%C3%A4/b%20c?%27{");

        check(
            "ws://a.test:0/",
            "expected a port from 1 to 65535, found `0`",
        );
        check(
            "ws://a.test:+81/",
            "expected a port from 1 to 65535, found `+81`",
        );
        check(
            "ws://1:2:3:4:5:6:7:8:81/",
            "expected brackets around an IPv6 address: `[1:2:3:4:5:6:7:8]`",
        );
        check(
            "ftp://a.test/",
            "expected `ws` or `wss` before `://`, found `ftp`",
        );
    }

    #[test]
    fn pages() {
        let page = WebOrigin::read("http://WWW.a.test:80/x").unwrap();
        assert_eq!(page.to_string(), "http://www.a.test");
        assert!(!page.is_local());
        assert!(WebOrigin::read("http://192.168.0.1/").unwrap().is_local());
    }
}
