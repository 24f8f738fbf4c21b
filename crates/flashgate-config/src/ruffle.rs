//! The `socketProxy` part of Ruffle's config: the WebSocket for each host and port that a movie connects to.
//!
//! Ruffle opens no sockets. It looks up the arguments of `connect` in this list. The comparison is exact: it uses the
//! first entry with the same host, letter by letter, and the same port. Nothing here reads a socket or a file.

use std::collections::BTreeSet;

use flash_policy::Host;
use flashgate_report::visible;
use serde_json::{Value, json};

use crate::snapshot::OwnHost;

mod doors;

/// What Ruffle looks up if an ActionScript 3 movie passes no host.
const NULL: &str = "null";

/// The script. It takes the entries, and the URLs for movies that pass no host.
const SCRIPT: &str = include_str!("ruffle/merge.js");

/// A comment in front of a script that does nothing, to explain why.
const NO_ENTRY: &str = "// Nothing to add: flashgate does not know a host that movies connect to (`hosts` in its config), \
                        or a gate's port.\n";

/// The hosts and ports for which Ruffle gets entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doors {
    /// The names that movies use for this machine.
    pub hosts: Vec<OwnHost>,
    /// One for each port that movies connect to.
    pub doors: Vec<MoviePort>,
}

/// A port that movies connect to, and its WebSocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoviePort {
    /// The port that the movie passes.
    pub port: u16,
    /// Where Ruffle opens the WebSocket.
    pub way: WebSocketTarget,
}

/// Where to open a WebSocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebSocketTarget {
    /// On a port of the host that the movie passes.
    Here {
        /// With or without TLS.
        scheme: WebSocketScheme,
        /// The port that the page connects to.
        port: u16,
        /// Begins with `/`.
        path: String,
    },
    /// At one URL for every host.
    There(String),
}

/// Whether the WebSocket uses TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebSocketScheme {
    /// `ws://`
    Ws,
    /// `wss://`
    Wss,
}

impl WebSocketScheme {
    const fn default_port(self) -> u16 {
        match self {
            Self::Ws => 80,
            Self::Wss => 443,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Ws => "ws",
            Self::Wss => "wss",
        }
    }
}

impl WebSocketTarget {
    /// The gate's own port.
    pub fn own_port(port: u16, scheme: WebSocketScheme) -> Self {
        let path = "/".to_owned();
        Self::Here { scheme, port, path }
    }

    /// The URL of the WebSocket for a host.
    fn url(&self, host: &Host) -> String {
        match self {
            Self::There(url) => url.clone(),
            Self::Here { scheme, port, path } => {
                let name = scheme.as_str();
                if *port == scheme.default_port() {
                    format!("{name}://{host}{path}")
                } else {
                    format!("{name}://{host}:{port}{path}")
                }
            }
        }
    }
}

impl Doors {
    /// The ports in URLs that contain the movie's host, without duplicates.
    pub fn ports_in_urls(&self) -> BTreeSet<u16> {
        let ports = self.doors.iter().filter_map(|door| match &door.way {
            WebSocketTarget::Here { port, .. } => Some(*port),
            WebSocketTarget::There(_) => None,
        });
        ports.collect()
    }

    /// Doors without a host.
    pub const fn at(doors: Vec<MoviePort>) -> Self {
        let hosts = Vec::new();
        Self { hosts, doors }
    }

    /// Adds a host, unless it is present. `null` is what Ruffle looks up if a movie passes no host. Every door already
    /// has an entry for it.
    pub fn add_host(&mut self, host: OwnHost) {
        let known = |other: &OwnHost| other.written == host.written;
        if !host.is_null() && !self.hosts.iter().any(known) {
            self.hosts.push(host);
        }
    }

    /// The entries for every door and host. If the config has no host, `asked` is used.
    fn named(&self, asked: Option<&OwnHost>) -> Vec<Value> {
        let hosts = match self.hosts.as_slice() {
            [] => asked.map(std::slice::from_ref).unwrap_or_default(),
            hosts => hosts,
        };
        let of_host = |own: &OwnHost| {
            let OwnHost { host, written } = own;
            let entry = |door: &MoviePort| json!({ "host": written, "port": door.port, "proxyUrl": door.way.url(host) });
            self.doors.iter().map(entry).collect::<Vec<_>>()
        };
        hosts.iter().flat_map(of_host).collect()
    }

    /// The entries for movies that pass no host: the URLs of the first host that other machines can reach.
    fn unnamed(&self, asked: Option<&OwnHost>) -> Vec<(u16, String)> {
        let from_elsewhere = self.hosts.iter().find(|host| !host.is_local());
        let host = from_elsewhere.or(asked).or(self.hosts.first());
        let door = |door: &MoviePort| Some((door.port, door.way.url(&host?.host)));
        self.doors.iter().filter_map(door).collect()
    }

    /// The entries as a JSON object whose keys can go into Ruffle's config.
    pub fn json(&self, asked: Option<&OwnHost>) -> String {
        let mut entries = self.named(asked);
        let unnamed = self.unnamed(asked).into_iter();
        entries.extend(
            unnamed.map(|(port, url)| json!({ "host": NULL, "port": port, "proxyUrl": url })),
        );
        let object = json!({ "socketProxy": entries });
        visible::json(&format!("{object:#}\n")).into_owned()
    }

    /// The entries as a script for a page. It leaves everything else in Ruffle's config alone.
    pub fn script(&self, asked: Option<&OwnHost>) -> String {
        let entries = self.named(asked);
        let unnamed = self.unnamed(asked).into_iter();
        let doors = unnamed.map(|(port, url)| json!({ "port": port, "proxyUrl": url }));
        let doors: Value = doors.collect();
        let is_empty = entries.is_empty();
        let entries = Value::from(entries);
        let script = SCRIPT
            .replace("DOORS", &escaped(&format!("{doors:#}")))
            .replace("ENTRIES", &escaped(&format!("{entries:#}")));
        if is_empty {
            format!("{NO_ENTRY}{script}")
        } else {
            script
        }
    }
}

/// Escapes JSON for a script, including one that is inline in a page, where `</script>` would end it. Hidden
/// characters are escaped because two of them (U+2028, U+2029) end a line in older JavaScript. None of these
/// characters occurs outside strings.
fn escaped(json: &str) -> String {
    visible::json(json).replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doors(hosts: &[&str], ways: Vec<(u16, WebSocketTarget)>) -> Doors {
        let named = |host: &&str| OwnHost {
            host: host.parse().unwrap(),
            written: (*host).to_owned(),
        };
        let door = |(port, way)| MoviePort { port, way };
        Doors {
            hosts: hosts.iter().map(named).collect(),
            doors: ways.into_iter().map(door).collect(),
        }
    }

    fn urls(doors: &Doors) -> Vec<String> {
        let asked = OwnHost::from("asked.test".parse::<Host>().unwrap());
        let entries = doors.named(Some(&asked));
        let line = |entry: &Value| {
            let (host, port) = (entry["host"].as_str()?, entry["port"].as_u64()?);
            Some(format!("{host} {port} {}", entry["proxyUrl"].as_str()?))
        };
        entries.iter().map(|entry| line(entry).unwrap()).collect()
    }

    #[test]
    fn hosts_as_written_and_urls_as_they_must_be() {
        let ways = vec![
            (9339, WebSocketTarget::own_port(9339, WebSocketScheme::Ws)),
            (80, WebSocketTarget::own_port(80, WebSocketScheme::Ws)),
        ];
        let expected = [
            "Play.Test 9339 ws://play.test:9339/",
            "Play.Test 80 ws://play.test/",
            "2001:db8::1 9339 ws://[2001:db8::1]:9339/",
            "2001:db8::1 80 ws://[2001:db8::1]/",
        ];
        assert_eq!(urls(&doors(&["Play.Test", "2001:db8::1"], ways)), expected);
        let ways = vec![
            (443, WebSocketTarget::own_port(443, WebSocketScheme::Wss)),
            (80, WebSocketTarget::own_port(80, WebSocketScheme::Wss)),
        ];
        let expected = [
            "asked.test 443 wss://asked.test/",
            "asked.test 80 wss://asked.test:80/",
        ];
        assert_eq!(urls(&doors(&[], ways)), expected);
        let there = WebSocketTarget::There("wss://play.test/9339".to_owned());
        let expected = [
            "a.test 9339 wss://play.test/9339",
            "b.test 9339 wss://play.test/9339",
        ];
        assert_eq!(
            urls(&doors(&["a.test", "b.test"], vec![(9339, there)])),
            expected
        );
    }

    /// A host that means the visitor's own machine is used only if there is no other.
    #[test]
    fn movies_that_name_no_host() {
        let asked = OwnHost::from("asked.test".parse::<Host>().unwrap());
        for (hosts, asked, url) in [
            (
                &["localhost", "127.0.0.1", "Play.Test"][..],
                Some(&asked),
                "ws://play.test:1/",
            ),
            (&["localhost"], Some(&asked), "ws://asked.test:1/"),
            (&["localhost"], None, "ws://localhost:1/"),
            (&[], Some(&asked), "ws://asked.test:1/"),
        ] {
            let doors = doors(
                hosts,
                vec![(1, WebSocketTarget::own_port(1, WebSocketScheme::Ws))],
            );
            assert_eq!(doors.unnamed(asked), [(1, url.to_owned())], "{hosts:?}");
        }
        assert_eq!(
            doors(
                &[],
                vec![(1, WebSocketTarget::own_port(1, WebSocketScheme::Ws))]
            )
            .unnamed(None),
            []
        );
    }

    #[test]
    fn nothing_ends_the_script() {
        let there = WebSocketTarget::There("wss://a.test/</script>\u{2028}\u{2029}".to_owned());
        let script = doors(&["a.test"], vec![(1, there)]).script(None);
        assert!(
            script.contains(r#""wss://a.test/\u003c/script>\u2028\u2029""#),
            "{script}"
        );
        assert!(!script.contains("ENTRIES") && !script.contains("DOORS"));
    }
}
