//! A daemon with every kind of listener, and one client of each kind, also malformed ones.
//!
//! A kind is tried once per call, and says what went wrong. Nothing is counted or retried here.

use std::fmt::Display;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::backend::{BackendBehaviour, TestBackend};
use crate::client::{StreamEnd, TestClient, fetch};
use crate::daemon::{Daemon, POLICY};
use crate::folder::Folder;
use crate::websocket::WebSocketClient;
use crate::{port, until};

/// How long clients may take to leave: a connection whose client has gone may wait for a deadline.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long to look for the fewest descriptors.
const SETTLED: Duration = Duration::from_millis(300);

/// Where the daemon listens, the server behind its gate, and its config.
#[derive(Debug)]
pub struct MixedSite {
    /// For policies only.
    pub policy: SocketAddr,
    /// A gate in front of a server that echoes.
    pub gate: SocketAddr,
    /// The bridge for the gate's WebSockets.
    pub bridge: SocketAddr,
    /// Policy files over HTTP.
    pub http: SocketAddr,
    /// Metrics.
    pub admin: SocketAddr,
    folder: Folder,
    backend: Mutex<TestBackend>,
}

/// What a client does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MixedClient {
    /// Fetches the policy.
    Fetch,
    /// Sends its own bytes through the gate, and gets them back.
    Relay,
    /// Opens a WebSocket at the gate's own port, says something, and gets it back.
    WebSocket,
    /// The same through the bridge.
    Bridge,
    /// Fetches `crossdomain.xml`.
    File,
    /// Starts a request and leaves.
    Half,
    /// Sends what is no request, until it is closed.
    Garbage,
}

/// Open descriptors. Relays share some pipes, which stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IdleFiles {
    /// Sockets, files, and what the event loop uses.
    pub others: usize,
    /// Ends of pipes.
    pub pipes: usize,
}

impl IdleFiles {
    fn of(pid: u32) -> Result<Self> {
        let mut files = Self {
            others: 0,
            pipes: 0,
        };
        for file in fs::read_dir(format!("/proc/{pid}/fd"))? {
            // It may have been closed since.
            match fs::read_link(file?.path()) {
                Ok(target) if target.to_string_lossy().starts_with("pipe:") => files.pipes += 1,
                Ok(_) => files.others += 1,
                Err(_) => {}
            }
        }
        Ok(files)
    }
}

impl MixedClient {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Fetch,
        Self::Relay,
        Self::WebSocket,
        Self::Bridge,
        Self::File,
        Self::Half,
        Self::Garbage,
    ];
}

impl MixedSite {
    /// Reserves ports, starts the server behind the gate, and writes a config with these further lines.
    pub fn new(more: impl Display) -> Result<Self> {
        let backend = TestBackend::start(BackendBehaviour::Echo)?;
        let folder = Folder::new()?;
        let first = port::free_range(5)?;
        let [policy, gate, bridge, http, admin] =
            [0, 1, 2, 3, 4].map(|nth| SocketAddr::from(([127, 0, 0, 1], first + nth)));
        let text = format!(
            "[policy.default]\nrules = [{{ domain = \"a.test\", ports = \"80\" }}]\n\
             [[listen]]\naddress = \"{policy}\"\n\
             [[gate]]\nname = \"game\"\naddress = \"{gate}\"\npublic-port = 80\nbackend = \"{}\"\n\
             [bridge]\naddress = \"{bridge}\"\n\
             [http]\naddress = \"{http}\"\ncrossdomain = \"default\"\n\
             [admin]\naddress = \"{admin}\"\n{more}",
            backend.address()
        );
        folder.file("flashgate.toml", text)?;
        Ok(Self {
            policy,
            gate,
            bridge,
            http,
            admin,
            folder,
            backend: Mutex::new(backend),
        })
    }

    /// The path of the config.
    pub fn config(&self) -> PathBuf {
        self.folder.path().join("flashgate.toml")
    }

    /// Starts a daemon, or one that takes over, through another program if there is one.
    pub fn start(&self, through: Vec<std::ffi::OsString>) -> Result<Daemon> {
        Daemon::builder()
            .through(through)
            .args(["serve", "--config"])
            .args([self.config()])
            .start()
    }

    /// Runs one client; the error says what it did not get.
    pub fn run(&self, client: MixedClient) -> Result<()> {
        match client {
            MixedClient::Fetch => self.fetch(),
            MixedClient::Relay => self.relay(),
            MixedClient::WebSocket => session(self.gate, "/"),
            MixedClient::Bridge => session(self.bridge, "/80"),
            MixedClient::File => self.file(),
            MixedClient::Half => self.half(),
            MixedClient::Garbage => self.garbage(),
        }
    }

    /// Drops what the server behind the gate has recorded, which would fill memory in a long test.
    pub fn forget(&self) {
        let backend = self.backend.lock().unwrap_or_else(PoisonError::into_inner);
        while backend.record(Duration::ZERO).is_ok() {}
    }

    /// The value of one metric, with its labels if it has any.
    pub fn metric(&self, name: &str) -> Result<u64> {
        let mut client = TestClient::connect(self.admin)?;
        client.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let text = String::from_utf8(client.hear().bytes)?;
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
            .with_context(|| format!("expected the metric {name}, found:\n{text}"))?;
        value.parse().context("expected a whole number")
    }

    /// The descriptors that the daemon has without any clients.
    ///
    /// # Errors
    ///
    /// If clients are still there after a while.
    pub fn idle_files(&self, pid: u32) -> Result<IdleFiles> {
        let left = || -> Result<u64> {
            let names = ["open", "relaying", "lingering"];
            let counts = names.map(|state| self.metric(&format!("flashgate_connections_{state}")));
            counts.into_iter().sum()
        };
        let alone = until(PATIENCE, || left().is_ok_and(|left| left == 0));
        ensure!(alone, "{} connections are still there", left()?);
        // The one that asked for the metrics may still be closing.
        let mut fewest = IdleFiles::of(pid)?;
        let _ = until(SETTLED, || {
            fewest = IdleFiles::of(pid).map_or(fewest, |files| files.min(fewest));
            false
        });
        Ok(fewest)
    }

    fn fetch(&self) -> Result<()> {
        let heard = fetch(self.policy)?;
        let expected = [POLICY, b"\0"].concat();
        ensure!(heard.bytes == expected, "expected the policy: {heard:?}");
        ensure!(heard.end == StreamEnd::Fin, "expected the end: {heard:?}");
        Ok(())
    }

    fn relay(&self) -> Result<()> {
        let mut client = TestClient::connect(self.gate)?;
        let sent = b"LOGIN guest\0".repeat(20_000);
        ensure!(client.send(&sent), "the gate takes no bytes");
        client.half_close()?;
        let heard = client.hear();
        let [expected, found] = [sent.len(), heard.bytes.len()];
        ensure!(
            heard.bytes == sent,
            "expected {expected} bytes, found {found}, {:?}",
            heard.end
        );
        ensure!(
            heard.end == StreamEnd::Fin,
            "expected the end, found {:?}",
            heard.end
        );
        Ok(())
    }

    fn file(&self) -> Result<()> {
        let mut client = TestClient::connect(self.http)?;
        client
            .send(b"GET /crossdomain.xml HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let text = String::from_utf8(client.hear().bytes)?;
        let whole = text.starts_with("HTTP/1.1 200 ") && text.ends_with("</cross-domain-policy>");
        ensure!(whole, "expected the file, found {text:?}");
        Ok(())
    }

    fn half(&self) -> Result<()> {
        for (port, bytes) in [
            (self.policy, &b"<policy-"[..]),
            (self.gate, b"GET / HTT"),
            (self.bridge, b"GET /80 HTTP/1.1\r\nHost:"),
            (self.http, b"GET"),
        ] {
            let mut client = TestClient::connect(port)?;
            // It may already be closed.
            client.send(bytes);
        }
        Ok(())
    }

    fn garbage(&self) -> Result<()> {
        for port in [self.policy, self.bridge, self.http] {
            let mut client = TestClient::connect(port)?;
            // Neither whether all of it is sent nor the answer matters, but the connection must end.
            client.send(b"\x80\xff\r\n\r\n\0no request\r\n\r\n");
            let heard = client.hear();
            ensure!(heard.end != StreamEnd::None, "{port} does not close");
        }
        Ok(())
    }
}

/// Opens a WebSocket and says something.
fn session(address: SocketAddr, path: &str) -> Result<()> {
    let mut session = WebSocketClient::open(address, path, Some("http://a.test"))?;
    ensure!(session.say(b"still there"), "the WebSocket takes no bytes");
    let heard = session.read(11)?;
    ensure!(heard == b"still there", "expected an echo: {heard:?}");
    Ok(())
}
