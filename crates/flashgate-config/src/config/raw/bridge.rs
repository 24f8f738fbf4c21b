//! Reads `[bridge]`.

use std::time::Duration;

use flash_policy::{Diagnostic, Span};

use super::listener::{Example, addresses, only_known, trusted};
use crate::config::sections;
use crate::config::tree::{At, Table, Value};
use crate::config::unexpected::{Expected, Unexpected};
use crate::snapshot::ListenAddress;
use crate::snapshot::{Network, PathPattern, Segment};

/// `[bridge]` as written.
#[derive(Debug)]
pub(in crate::config) struct RawBridge {
    pub(in crate::config) header: Span,
    pub(in crate::config) addresses: Vec<At<ListenAddress>>,
    pub(in crate::config) accept_proxy: Vec<Network>,
    pub(in crate::config) path: Option<At<PathPattern>>,
    pub(in crate::config) public_url: Option<At<String>>,
    pub(in crate::config) trust_forwarded_for: Vec<Network>,
    pub(in crate::config) ping: Duration,
}

pub(super) fn bridge(table: &Table<'_>, found: &mut Vec<Diagnostic>) -> RawBridge {
    only_known(table, found);
    let value = |key| table.get(key);
    let help = "write `address = \"[::]:443\"`, where pages open WebSockets";
    let example = Example { help, port: 443 };
    let path = value("path").and_then(|value| path(&value, found));
    let before = path.as_ref().map_or("/", |path| &path.value.before);
    let url = |text: &str| public_url(text, before);
    let public_url = value("public-url");
    let public_url = public_url.and_then(|value| value.parsed("bad-public-url", url, found));
    RawBridge {
        header: table.span,
        addresses: addresses(table, &example, found),
        accept_proxy: value("accept-proxy").map_or_else(Vec::new, |value| trusted(&value, found)),
        path,
        public_url,
        trust_forwarded_for: value("trust-forwarded-for")
            .map_or_else(Vec::new, |value| proxies(&value, found)),
        ping: table.setting("ping", sections::lasting, found),
    }
}

pub(in crate::config) fn path(
    value: &Value<'_>,
    found: &mut Vec<Diagnostic>,
) -> Option<At<PathPattern>> {
    value.parsed("bad-path", pattern, found)
}

/// `/{port}` or `/{name}`, with any text around it that is valid in a path.
fn pattern(text: &str) -> Result<PathPattern, Unexpected> {
    let (segment, placeholder) = match (text.contains("{port}"), text.contains("{name}")) {
        (true, false) => (Segment::Port, "{port}"),
        (false, true) => (Segment::Name, "{name}"),
        (true, true) => return Err(Expected::OnePlaceholder.but_found(text)),
        (false, false) => return Err(Expected::Path.but_found(text)),
    };
    let (before, after) = text.split_once(placeholder).unwrap_or_default();
    // Characters that browsers send unchanged (RFC 3986, 3.3). Browsers resolve `.` and `..`.
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/".contains(c);
    let steps = text.split('/').any(|part| matches!(part, "." | ".."));
    if !before.starts_with('/') || !before.chars().chain(after.chars()).all(fits) || steps {
        return Err(Expected::Path.but_found(text));
    }
    Ok(PathPattern {
        before: before.to_owned(),
        segment,
        after: after.to_owned(),
    })
}

/// `wss://play.example.com`, optionally with a port or path. A trailing slash is removed. For an invalid URL, the text
/// before the placeholder in `path` helps to make a suggestion.
pub(in crate::config) fn public_url(text: &str, before: &str) -> Result<String, Unexpected> {
    let rest = text.strip_prefix("wss://").or(text.strip_prefix("ws://"));
    let authority = rest.and_then(|rest| rest.split('/').next());
    let host = authority.and_then(|text| flashgate_wire::http::HostField::parse(text.as_bytes()));
    let port_zero = host.as_ref().is_some_and(|host| host.port == Some(0));
    // Two URLs after one another, or a host with a slash at the end that a template has put a path behind.
    let doubled = rest.is_some_and(|rest| rest.trim_end_matches('/').contains("//"));
    let no_port = authority.is_some_and(|text| text.ends_with(':'));
    // A path may contain what RFC 3986, 3.3 allows. It goes into a page's script.
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~!$&()*+,;=:@/%[]".contains(c);
    if host.is_none() || port_zero || no_port || doubled || !text.chars().all(plain) {
        return Err(Expected::Url.but_found(text).meant(meant(text, before)));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// A suggestion: fixes the page's own scheme, a missing scheme, or a part that belongs in `path`.
fn meant(text: &str, path: &str) -> Option<String> {
    let (scheme, rest) = match text.split_once("://") {
        Some(("https" | "wss", rest)) => ("wss", rest),
        Some(("http" | "ws", rest)) => ("ws", rest),
        Some(_) => return None,
        None => ("wss", text),
    };
    // `path` is appended to the URL.
    let rest = rest.split_once('{').map_or(rest, |(before, _)| {
        before.strip_suffix(path).unwrap_or(before)
    });
    // `wss://https://a.test`: a URL where a name was expected.
    let rest = rest.strip_prefix("https://").unwrap_or(rest);
    let parts = rest.split('/').filter(|part| !part.is_empty());
    let rest = parts.collect::<Vec<_>>().join("/");
    let url = format!("{scheme}://{rest}");
    (url != text && public_url(&url, path).is_ok()).then_some(url)
}

/// Proxies whose `X-Forwarded-For` is trusted.
fn proxies(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Vec<Network> {
    let networks = sections::networks(value, found);
    if networks.iter().any(|network| network.is_everything()) {
        let message = "any client can claim any address in `X-Forwarded-For`";
        found.push(
            Diagnostic::warning("forwarded-for-from-everybody", message)
                .at(value.span, "")
                .note("clients can evade the per-address limits, and logs show the address that they claim")
                .help("list only the addresses of your proxies, as in `[\"127.0.0.1/32\"]`"),
        );
    }
    networks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (text, name, path) in [
            ("/{port}", "x", "/9339"),
            ("/{name}", "game.1", "/game.1"),
            ("/a/b-{port}.ws", "x", "/a/b-9339.ws"),
        ] {
            let port = flash_policy::Port::new(9339).ok();
            assert_eq!(
                pattern(text).unwrap().path(name, port).as_deref(),
                Some(path)
            );
        }
        for text in [
            "",
            "/",
            "/port",
            "{port}",
            "/{port}{port}",
            "/{port}/{name}",
            "/{x}",
            "/ {port}",
            "/{port}?",
            "/%41{name}",
        ] {
            assert!(
                pattern(text)
                    .unwrap_err()
                    .to_string()
                    .contains("expected a path"),
                "{text}"
            );
        }
    }

    #[test]
    fn urls() {
        for (text, url) in [
            ("wss://play.example.com", "wss://play.example.com"),
            ("ws://[::1]:8080/", "ws://[::1]:8080"),
            ("wss://a.test/sockets/", "wss://a.test/sockets"),
        ] {
            assert_eq!(public_url(text, "/").as_deref(), Ok(url));
        }
        for text in [
            "",
            "play.example.com",
            "https://a.test",
            "wss://",
            "wss:///x",
            "wss://a b",
            "wss://a.test/?x",
            "wss://a.test#x",
            "wss://u@a.test",
            "wss://a.test:/x",
            "wss://a.test//x",
        ] {
            assert!(public_url(text, "/").is_err(), "{text}");
        }
        for (text, url) in [
            ("https://a.test/x/", "wss://a.test/x"),
            ("http://a.test:8080", "ws://a.test:8080"),
            ("a.test", "wss://a.test"),
            ("wss://a.test/x/{port}", "wss://a.test/x"),
            ("wss://https://a.test/x", "wss://a.test/x"),
            ("wss://a.test//x", "wss://a.test/x"),
        ] {
            let error = public_url(text, "/").unwrap_err().to_string();
            assert!(
                error.ends_with(&format!("did you mean `{url}`?")),
                "{error}"
            );
        }
        assert!(
            !public_url("ftp://a.test", "/")
                .unwrap_err()
                .to_string()
                .contains("mean")
        );
    }
}
