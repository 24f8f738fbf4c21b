//! The `socketProxy` part of Ruffle's config: which WebSocket stands for which host and port that a movie connects to.
//!
//! Ruffle opens no sockets. It looks up what a movie passes to `connect` in this list, and compares it exactly: the first
//! entry with the same host, letter by letter, and the same port is taken. Nothing here reads a socket or a file.

use flash_policy::Host;
use serde_json::{Value, json};

use crate::snapshot::OwnHost;

mod doors;

/// The script, to be called with the entries.
const SCRIPT: &str = include_str!("merge.js");

/// What stands in front of a script that does nothing, for whoever looks why.
const NO_ENTRY: &str = "// Nothing to add: flashgate knows no host that movies connect to (`hosts` in its config), \
                        or no port of a gate.\n";

/// Every way for Ruffle to get in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Doors {
    /// The names that movies use for this machine.
    pub(crate) hosts: Vec<OwnHost>,
    /// One for each port that they connect to.
    pub(crate) doors: Vec<Door>,
}

/// A port that movies connect to, and what stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Door {
    pub(crate) port: u16,
    pub(crate) way: Way,
}

/// Where a WebSocket is opened instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// On a port of the host that the movie names.
    Here {
        scheme: Scheme,
        port: u16,
        path: String,
    },
    /// At one URL, whatever the host.
    There(String),
}

/// Whether TLS is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Ws,
    Wss,
}

impl Scheme {
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

impl Way {
    /// The gate's own.
    pub(crate) fn own_port(port: u16, scheme: Scheme) -> Self {
        let path = "/".to_owned();
        Self::Here { scheme, port, path }
    }

    /// The WebSocket's URL, for a host.
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
    /// The entries for every door and host; for `asked`, where the config names no host.
    fn entries(&self, asked: Option<&OwnHost>) -> Vec<Value> {
        let hosts = match self.hosts.as_slice() {
            [] => asked.map(std::slice::from_ref).unwrap_or_default(),
            hosts => hosts,
        };
        let mut entries = Vec::new();
        for OwnHost { host, written } in hosts {
            entries.extend(self.doors.iter().map(|door| {
                json!({ "host": written, "port": door.port, "proxyUrl": door.way.url(host) })
            }));
        }
        entries
    }

    /// As JSON: an object, of which Ruffle's config takes every key.
    pub(crate) fn json(&self, asked: Option<&OwnHost>) -> String {
        let object = json!({ "socketProxy": self.entries(asked) });
        format!("{object:#}\n")
    }

    /// As a script for a page, which leaves everything else in Ruffle's config alone.
    pub(crate) fn script(&self, asked: Option<&OwnHost>) -> String {
        let entries = Value::from(self.entries(asked));
        let script = SCRIPT.replace("ENTRIES", &escaped(&format!("{entries:#}")));
        match entries.as_array() {
            Some(list) if list.is_empty() => format!("{NO_ENTRY}{script}"),
            _ => script,
        }
    }
}

/// JSON that may stand in a script, also where the script stands in a page: `</script>` would end it there, and two
/// characters that JSON takes in strings end a line of older JavaScript. None of them occurs outside of strings.
fn escaped(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doors(hosts: &[&str], ways: Vec<(u16, Way)>) -> Doors {
        let named = |host: &&str| OwnHost {
            host: host.parse().unwrap(),
            written: (*host).to_owned(),
        };
        let door = |(port, way)| Door { port, way };
        Doors {
            hosts: hosts.iter().map(named).collect(),
            doors: ways.into_iter().map(door).collect(),
        }
    }

    fn urls(doors: &Doors) -> Vec<String> {
        let asked = OwnHost::from("asked.test".parse::<Host>().unwrap());
        let entries = doors.entries(Some(&asked));
        let line = |entry: &Value| {
            let (host, port) = (entry["host"].as_str()?, entry["port"].as_u64()?);
            Some(format!("{host} {port} {}", entry["proxyUrl"].as_str()?))
        };
        entries.iter().map(|entry| line(entry).unwrap()).collect()
    }

    #[test]
    fn hosts_as_written_and_urls_as_they_must_be() {
        let ways = vec![
            (9339, Way::own_port(9339, Scheme::Ws)),
            (80, Way::own_port(80, Scheme::Ws)),
        ];
        let expected = [
            "Play.Test 9339 ws://play.test:9339/",
            "Play.Test 80 ws://play.test/",
            "2001:db8::1 9339 ws://[2001:db8::1]:9339/",
            "2001:db8::1 80 ws://[2001:db8::1]/",
        ];
        assert_eq!(urls(&doors(&["Play.Test", "2001:db8::1"], ways)), expected);
        let ways = vec![
            (443, Way::own_port(443, Scheme::Wss)),
            (80, Way::own_port(80, Scheme::Wss)),
        ];
        let expected = [
            "asked.test 443 wss://asked.test/",
            "asked.test 80 wss://asked.test:80/",
        ];
        assert_eq!(urls(&doors(&[], ways)), expected);
        let there = Way::There("wss://play.test/9339".to_owned());
        let expected = [
            "a.test 9339 wss://play.test/9339",
            "b.test 9339 wss://play.test/9339",
        ];
        assert_eq!(
            urls(&doors(&["a.test", "b.test"], vec![(9339, there)])),
            expected
        );
    }

    #[test]
    fn nothing_ends_the_script() {
        let there = Way::There("wss://a.test/</script>\u{2028}\u{2029}".to_owned());
        let script = doors(&["a.test"], vec![(1, there)]).script(None);
        assert!(
            script.contains(r#""wss://a.test/\u003c/script>\u2028\u2029""#),
            "{script}"
        );
        assert!(!script.contains("ENTRIES"));
    }
}
