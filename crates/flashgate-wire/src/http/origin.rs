//! The `Origin` field: the page that a browser acts for. It has the page's host, not the movie's.

use flash_policy::{Origin, Scheme};

use super::HttpRequest;

/// The origin of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestOrigin {
    /// A site.
    At(Origin),
    /// An origin without a host: no field, `null`, a file, or a browser extension.
    Nowhere,
    /// Several fields, or a value that no browser sends.
    Unreadable,
}

impl RequestOrigin {
    /// The origin of a request.
    pub fn of(request: &HttpRequest) -> Self {
        let mut values = request.values("origin");
        match (values.next(), values.next()) {
            (None, _) => Self::Nowhere,
            (Some(value), None) => Self::parse(value),
            (Some(_), Some(_)) => Self::Unreadable,
        }
    }

    /// Reads `https://www.example.com`, with a port if it is not the scheme's default, and nothing after it (RFC 6454,
    /// 6.2).
    ///
    /// Browsers write an origin in only one way, so other forms are rejected. Two differences are accepted because all
    /// programs read them in the same way: upper case, and the scheme's default port.
    fn parse(value: &[u8]) -> Self {
        let text = std::str::from_utf8(value).unwrap_or_default();
        if text == "null" {
            return Self::Nowhere;
        }
        let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '@' | '\\' | ',');
        let Some((scheme, rest)) = text.split_once("://").filter(|_| text.chars().all(plain))
        else {
            return Self::Unreadable;
        };
        if Scheme::named(scheme).is_none() {
            return if is_scheme(scheme) {
                Self::Nowhere
            } else {
                Self::Unreadable
            };
        }
        if rest.contains('/') || !is_port_as_written(rest) {
            return Self::Unreadable;
        }
        text.parse().map_or(Self::Unreadable, Self::At)
    }
}

/// Whether the port, if there is one, is a number without leading zeros. The range is checked later.
fn is_port_as_written(authority: &str) -> bool {
    let behind_brackets = authority.rsplit(']').next().unwrap_or_default();
    match behind_brackets.split_once(':') {
        None | Some((_, "0")) => true,
        Some((_, port)) => {
            !port.starts_with('0')
                && !port.is_empty()
                && port.bytes().all(|byte| byte.is_ascii_digit())
        }
    }
}

/// RFC 3986, 3.1.
fn is_scheme(text: &str) -> bool {
    let rest = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let found = match RequestOrigin::parse(text.as_bytes()) {
            RequestOrigin::At(origin) => Some(origin.to_string()),
            RequestOrigin::Nowhere => Some("nowhere".to_owned()),
            RequestOrigin::Unreadable => None,
        };
        assert_eq!(found.as_deref(), expected, "{text:?}");
    }

    #[test]
    fn pages() {
        check("http://a.test", Some("http://a.test"));
        check("HTTPS://A.Test:8443", Some("https://a.test"));
        check(
            "http://xn--mnchen-3ya.test:1",
            Some("http://xn--mnchen-3ya.test"),
        );
        check("http://[::1]:80", Some("http://[::1]"));
        check("http://127.0.0.1", Some("http://127.0.0.1"));
        check("http://a.test:0", Some("http://a.test"));
        check("http://a.test.:81", Some("http://a.test"));
        for text in ["null", "file://", "chrome-extension://abc", "app://x/y"] {
            check(text, Some("nowhere"));
        }
        for text in [
            "",
            "Null",
            "a.test",
            "http:a.test",
            "http://",
            "http:///",
            "http://a.test/",
            "http://a.test/x",
            "http://u@a.test",
            "http://a.test?b",
            "http://a.test#b",
            "http://a.test\\b",
            "http://a b",
            "http://a.test, http://b.test",
            "http://a.test http://b.test",
            "http://m\u{fc}nchen.test",
            "http://a.test:",
            "https://[::1]:",
            "http://a.test:080",
            "http://a.test:+80",
            "http://a.test:65536",
            "http://a.test:99999",
            "http://a.test::80",
            "http://u:p@a.test",
            "http://evil.test\\@a.test",
            "http://a.test\t",
            "http://a%2etest",
            "http://a..test",
            "http://.a.test",
            "http://::1",
            "http://1:2:3:4:5:6:7:8",
            "http://[::1",
            "http://[::1%25eth0]",
            "http://[127.0.0.1]",
            "http://127.1",
            "http://2130706433",
            "http://0177.0.0.1",
            "http://127.0.0.01",
            "http://a.0x1",
            "http://a.0X",
            "http://a.test:x",
            "http://*",
            "http://0x7f.1",
            "://a.test",
            "1x://a",
            "\0",
        ] {
            check(text, None);
        }
    }
}
