//! The gate, as a player, a game's client, its server and an operator see it.

#![cfg(test)]

mod bulk;
mod clock;
mod dead_backends;
mod ends;
mod greeting;
mod http;
mod limits;
mod logged;
mod lookups;
mod openings;
mod port_ranges;
mod pressure;
mod proxy_in;
mod proxy_out;
mod real_servers;
mod reloads;
mod request;
mod upgrades;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use testkit::backend::TestBackend;
use testkit::client::{StreamEnd, TestClient};
use testkit::daemon::{Daemon, address_in};
use testkit::folder::Folder;
use testkit::load::REQUEST;
use testkit::until;

/// Far longer than anything here takes.
const LIMIT: Duration = Duration::from_secs(20);

/// The policy of [`config`], with its NUL.
const REPLY: &[u8] = b"<?xml version=\"1.0\"?><cross-domain-policy>\
    <allow-access-from domain=\"a.test\" to-ports=\"9339\"/></cross-domain-policy>\0";

/// A gate called `game` on a free port, with further keys of the gate, and further sections.
fn config(backend: impl std::fmt::Display, gate: &str, more: &str) -> String {
    format!(
        "[policy.default]\nrules = [{{ domain = \"a.test\", ports = \"9339\" }}]\n[[gate]]\nname = \"game\"\n\
         address = \"127.0.0.1:0\"\nbackend = \"{backend}\"\n{gate}\n{more}\n"
    )
}

/// A daemon with this config, and the path of the config.
fn start(config: &str) -> Running {
    start_through::<&str>(&[], config)
}

/// A daemon that is run through another program.
fn start_through<T: AsRef<str>>(program: &[T], config: &str) -> Running {
    let folder = Folder::new().expect("a folder");
    let path = folder.file("flashgate.toml", config).expect("a file");
    let mut daemon = Daemon::builder()
        .through(program.iter().map(AsRef::as_ref))
        .args(["serve", "-v", "--config"])
        .args([&path])
        .start()
        .expect("a daemon");
    let lines = daemon.log().iter();
    let gate = lines.clone().find(|line| line.contains("gate=game"));
    let address = gate.and_then(|line| address_in(line));
    Running {
        address: address.unwrap_or_else(|| daemon.address()),
        daemon,
        path,
        folder,
    }
}

/// A daemon and its config.
struct Running {
    daemon: Daemon,
    /// The gate's address, or the only one.
    address: SocketAddr,
    path: PathBuf,
    #[expect(dead_code, reason = "held for its drop")]
    folder: Folder,
}

impl Running {
    fn address(&self) -> SocketAddr {
        self.address
    }

    #[track_caller]
    fn client(&self) -> TestClient {
        TestClient::connect(self.address()).expect("a connection")
    }

    fn descriptors(&self) -> usize {
        testkit::cpu::open_files(self.daemon.pid()).expect("a count")
    }

    /// Waits until it has no more open descriptors than before.
    #[track_caller]
    fn lets_go(&self, before: usize) {
        let gone = until(LIMIT, || self.descriptors() <= before);
        assert!(gone, "{} descriptors, {before} before", self.descriptors());
    }
}

/// The policy arrives, and then the end of the stream.
#[track_caller]
fn is_answered(client: &mut TestClient) {
    let heard = client.hear();
    assert_eq!(
        (heard.bytes.escape_ascii().to_string(), heard.end),
        (REPLY.escape_ascii().to_string(), StreamEnd::Fin)
    );
}

/// Asks for the policy, and receives it.
#[track_caller]
fn asks(address: SocketAddr) {
    let mut client = TestClient::connect(address).expect("a connection");
    client.send(REQUEST);
    is_answered(&mut client);
}

/// Everything that a client sends goes to the web server unchanged.
#[track_caller]
fn goes_on(gate: &Running, web: &TestBackend, head: &str) {
    let mut client = gate.client();
    client.send(head.as_bytes());
    client.half_close().expect("an end");
    assert_eq!(client.hear().end, StreamEnd::Fin, "{head}");
    let record = web.record(LIMIT).expect("a record");
    assert_eq!(String::from_utf8_lossy(&record.bytes), head);
}

/// Sends bytes, and receives them from an echo server.
#[track_caller]
fn echoes(client: &mut TestClient, said: &[u8]) {
    client.send(said);
    let mut back = vec![0; said.len()];
    client.read_exact(&mut back).expect("an echo");
    assert_eq!(
        back.escape_ascii().to_string(),
        said.escape_ascii().to_string()
    );
}
