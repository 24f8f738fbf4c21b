//! WebSockets on a gate and on the bridge, as Ruffle, a browser, a game's server and an operator see them.

#![cfg(test)]

mod autobahn;
mod bridge;
mod conformance;
mod ends;
mod handshake;
mod lifecycle;
mod logged;
mod origins;
mod pressure;
mod proxies;
mod ruffle;
mod sessions;
mod smuggled;
mod statuses;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use testkit::client::TestClient;
use testkit::daemon::{Daemon, address_in};
use testkit::folder::Folder;
use testkit::websocket::WebSocketClient;

/// How long something may take that happens at once on a quiet machine.
const LIMIT: Duration = Duration::from_secs(20);

/// An origin that [`config`] allows.
const ORIGIN: Option<&str> = Some("http://www.a.test");

/// A gate called `game` that players connect to as 9339, on a free port, with further keys of the gate, and further
/// sections.
fn config(backend: impl std::fmt::Display, gate: &str, more: &str) -> String {
    with_rules("{ domain = \"www.a.test\" }", backend, gate, more)
}

/// The config with other rules.
fn with_rules(rules: &str, backend: impl std::fmt::Display, gate: &str, more: &str) -> String {
    format!(
        "[policy.default]\nrules = [{rules}]\n[[gate]]\nname = \"game\"\naddress = \"127.0.0.1:0\"\n\
         public-port = 9339\nbackend = \"{backend}\"\n{gate}\n{more}\n"
    )
}

/// A daemon with this config.
fn start(config: &str) -> Running {
    let folder = Folder::new().expect("a folder");
    let path = folder.file("flashgate.toml", config).expect("a file");
    let mut daemon = Daemon::builder()
        .args(["serve", "-v", "--config"])
        .args([&path])
        .start()
        .expect("a daemon");
    let lines: Vec<_> = daemon.log().to_vec();
    let listening = |what: &str| {
        let line = lines.iter().find(|line| line.contains(what));
        line.and_then(|line| address_in(line))
    };
    Running {
        gate: listening("gate=game").expect("a gate"),
        bridge: listening("gates="),
        daemon,
        path,
        folder,
    }
}

/// A daemon, its config, and its addresses.
struct Running {
    daemon: Daemon,
    gate: SocketAddr,
    bridge: Option<SocketAddr>,
    path: PathBuf,
    #[expect(dead_code, reason = "held for its drop")]
    folder: Folder,
}

impl Running {
    #[track_caller]
    fn open(&self) -> WebSocketClient {
        WebSocketClient::open(self.gate, "/", ORIGIN).expect("a WebSocket")
    }

    /// Waits until a metric has this value: a connection is counted once it is over.
    #[track_caller]
    fn counts(&self, text: &str, expected: u64) {
        let counted = || self.sample(text) == expected;
        let in_time = testkit::until(LIMIT, counted);
        assert!(in_time, "{text}: {}, not {expected}", self.sample(text));
    }

    /// The sum of a metric's samples whose name or labels contain this text.
    fn sample(&self, text: &str) -> u64 {
        let mut client =
            TestClient::connect(self.daemon.admin().expect("[admin]")).expect("a connection");
        client.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let page = String::from_utf8(client.hear().bytes).expect("text");
        let lines = page
            .lines()
            .filter(|line| !line.starts_with('#') && line.contains(text));
        lines
            .map(|line| {
                line.rsplit(' ')
                    .next()
                    .expect("a value")
                    .parse::<u64>()
                    .expect("a number")
            })
            .sum()
    }
}

const ADMIN: &str = "[admin]\naddress = \"127.0.0.1:0\"\n";

/// Sent data comes back from an echo server.
#[track_caller]
fn echoes(socket: &mut WebSocketClient, said: &[u8]) {
    socket.say(said);
    let back = socket.read(said.len()).expect("an echo");
    assert_eq!(
        back.escape_ascii().to_string(),
        said.escape_ascii().to_string()
    );
}
