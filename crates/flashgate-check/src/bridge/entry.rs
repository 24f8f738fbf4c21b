//! An entry of `socketProxy`, and mistakes in it. Ruffle compares `host` with the movie's host letter by letter, and
//! compares the port separately.

use flash_policy::Diagnostic;

use super::super::shown::shown_text;
use crate::findings::FindingId;
use crate::web::ProxyUrl;

/// An entry of `socketProxy`, or a URL alone.
#[derive(Clone, Debug)]
pub struct ProxyEntry {
    /// The host and port that the movie connects to.
    pub movie: Option<(String, u16)>,
    /// The URL that Ruffle opens instead.
    pub url: ProxyUrl,
}

/// Why the entry can't match any movie, if that is visible.
pub(super) fn fault(entry: &ProxyEntry) -> Option<Diagnostic> {
    let (host, port) = entry.movie.as_ref()?;
    let (why, help) = unmatched(host)?;
    let finding = FindingId::EntryMatchesNoMovie.error(
        format!("the entry for {} and port {port} matches no movie: {why}", shown_text(host)),
    )
    .note("Ruffle compares `host` and `port` letter by letter with those of the movie; without a match, the movie gets ioError (#2031)");
    Some(finding.help(help))
}

fn unmatched(host: &str) -> Option<(&'static str, String)> {
    let bare = |bare: &str| format!("write {}, and put the port into `port`", shown_text(bare));
    if host.is_empty() {
        return Some((
            "its host is empty",
            "write the host that the movie connects to".to_owned(),
        ));
    }
    if let Some((_, rest)) = host.split_once("://") {
        let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let name = without_port(rest).unwrap_or(rest);
        return Some(("its host has a scheme", bare(name)));
    }
    if host.contains('*') {
        let help = "write one entry for each host that movies connect to";
        return Some(("Ruffle does not support wildcards", help.to_owned()));
    }
    if let Some(name) = without_port(host) {
        return Some(("its host has a port", bare(name)));
    }
    if host.contains(['/', '?', '#', '@', '\\']) {
        let name = host.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        return Some((
            "its host contains a path or other parts of a URL",
            bare(name),
        ));
    }
    let odd = host.contains(|c: char| c.is_whitespace() || c.is_control());
    odd.then(|| ("its host contains whitespace", bare(host.trim())))
}

/// The host of `host:port`. Colons inside an IPv6 address don't count.
fn without_port(host: &str) -> Option<&str> {
    let (name, port) = host.rsplit_once(':')?;
    let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
    let is_whole = !name.contains(':') || name.ends_with(']');
    (is_port && is_whole).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{unmatched, without_port};

    #[test]
    fn hosts() {
        let cases = [
            ("www.a.test", None),
            ("192.0.2.10", None),
            ("::1", None),
            ("[::1]", None),
            ("null", None),
            ("Game.a.test", None),
            ("", Some("its host is empty")),
            ("*", Some("Ruffle does not support wildcards")),
            ("*.a.test", Some("Ruffle does not support wildcards")),
            ("192.0.2.10:9339", Some("its host has a port")),
            ("[::1]:9339", Some("its host has a port")),
            ("xmlsocket://192.0.2.10:1", Some("its host has a scheme")),
            (
                "a.test/",
                Some("its host contains a path or other parts of a URL"),
            ),
            ("a.test ", Some("its host contains whitespace")),
        ];
        for (host, expected) in cases {
            assert_eq!(unmatched(host).map(|(why, _)| why), expected, "{host}");
        }
        assert_eq!(without_port("a.test:1"), Some("a.test"));
    }
}
