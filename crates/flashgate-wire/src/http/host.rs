//! The `Host` field: the host that a client wants to reach.

use flash_policy::Host;

/// A host with an optional port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostField {
    /// The name or address.
    pub host: Host,
    /// The port. None means the scheme's default.
    pub port: Option<u16>,
}

impl HostField {
    /// Reads `www.example.com`, `127.0.0.1:9843` or `[::1]:9843`. None for anything else.
    pub fn parse(value: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(value).ok()?;
        let (host, port) = split(text)?;
        // RFC 3986, 3.2.3: the port may be empty, and consists of digits.
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

/// Splits at the colon after the host. IPv6 addresses contain colons, so they have brackets.
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
