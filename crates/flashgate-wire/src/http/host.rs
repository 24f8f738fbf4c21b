//! The `Host` field: whom a client takes us for.

use flash_policy::Host;

/// A host, and a port if one is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostField {
    /// The name or the address.
    pub host: Host,
    /// The port; none means the scheme's own.
    pub port: Option<u16>,
}

impl HostField {
    /// Reads `www.example.com`, `127.0.0.1:9843` or `[::1]:9843`; none for anything else.
    pub fn parse(value: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(value).ok()?;
        let (host, port) = split(text)?;
        // RFC 3986, 3.2.3: the port may be empty, and is digits only.
        let port = match port {
            None | Some("") => None,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(digits.parse().ok()?)
            }
            Some(_) => return None,
        };
        let host = host.parse().ok()?;
        Some(Self { host, port })
    }
}

/// At the colon behind the host; an IPv6 address has colons of its own, and brackets for that.
fn split(text: &str) -> Option<(&str, Option<&str>)> {
    if !text.starts_with('[') {
        return Some(match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        });
    }
    let (host, rest) = text.split_at(text.find(']')? + 1);
    match rest {
        "" => Some((host, None)),
        rest => Some((host, Some(rest.strip_prefix(':')?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, Option<u16>)>) {
        let found = HostField::parse(text.as_bytes());
        let found = found.map(|field| (field.host.to_string(), field.port));
        let expected = expected.map(|(host, port)| (host.to_owned(), port));
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn hosts_and_ports() {
        check("localhost", Some(("localhost", None)));
        check("LocalHost.:80", Some(("localhost", Some(80))));
        check("127.0.0.1:9843", Some(("127.0.0.1", Some(9843))));
        check("[::1]", Some(("[::1]", None)));
        check("[0:0::1]:1", Some(("[::1]", Some(1))));
        check("a.test:", Some(("a.test", None)));
        for text in [
            "",
            ":80",
            "::1",
            "::1:80",
            "[::1",
            "[::1]80",
            "[a.test]",
            "a b",
            "a.test:80:80",
            "a.test:+80",
            "a.test:65536",
            "a.test:x",
            "user@a.test",
            "a.test/",
            "a.test,b.test",
            "127.1",
            "0x7f000001.1",
            "[fe80::1%lo]",
            "ä.test",
            "*",
        ] {
            check(text, None);
        }
    }
}
