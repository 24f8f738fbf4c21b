//! TLS, as a player with a `SecureSocket`, a page's `wss`, a game's server and an operator see it.

#![cfg(test)]

mod certificates;
mod client;
mod config;
mod handshakes;
mod links;
mod over_http;
mod policy;
mod pressure;
mod relays;
mod reloads;
mod unfinished;
mod websocket;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use certificates::Issued;
use client::{Ended, Secure};
use testkit::client::{StreamEnd, fetch};
use testkit::daemon::{Daemon, address_in};
use testkit::folder::Folder;
use testkit::load::REQUEST;

/// Far longer than anything here takes.
const LIMIT: Duration = Duration::from_secs(20);

/// The policy of [`config`], with its NUL.
const REPLY: &[u8] = b"<?xml version=\"1.0\"?><cross-domain-policy>\
    <allow-access-from domain=\"a.test\" to-ports=\"9339\"/></cross-domain-policy>\0";

/// A policy port.
const LISTEN: &str = "[[listen]]\naddress = \"127.0.0.1:0\"\n";

/// A gate called `game`, with further keys.
fn gate(backend: impl std::fmt::Display, more: &str) -> String {
    format!(
        "[[gate]]\nname = \"game\"\naddress = \"127.0.0.1:0\"\nbackend = \"{backend}\"\n{more}\n"
    )
}

/// A config with these listeners, and one certificate in `one.pem` and `one.key`.
fn config(listeners: &str) -> String {
    let pair = "{ certificate = \"one.pem\", key = \"one.key\" }";
    with_certificates(listeners, pair)
}

fn with_certificates(listeners: &str, pairs: &str) -> String {
    format!(
        "[policy.default]\nrules = [{{ domain = \"a.test\", ports = \"9339\" }}]\n{listeners}\n\
         [tls]\ncertificates = [{pairs}]\n"
    )
}

/// A daemon, its certificate, and the paths of its files.
struct Running {
    daemon: Daemon,
    address: SocketAddr,
    one: Issued,
    path: PathBuf,
    folder: Folder,
}

/// A daemon with this config, and a certificate for `one.test` where [`config`] names it.
fn start(text: &str) -> Running {
    start_in(Folder::new().expect("a folder"), text)
}

fn start_in(folder: Folder, text: &str) -> Running {
    let one = Issued::to(&["one.test"]);
    one.write(&folder, "one");
    let path = folder.file("flashgate.toml", text).expect("a file");
    let mut daemon = serve(&path);
    let lines = daemon.log().iter();
    let gate = lines.clone().find(|line| line.contains("gate=game"));
    let address = gate.and_then(|line| address_in(line));
    Running {
        address: address.unwrap_or_else(|| daemon.address()),
        daemon,
        one,
        path,
        folder,
    }
}

fn serve(path: &std::path::Path) -> Daemon {
    Daemon::builder()
        .args(["serve", "-v", "--config"])
        .args([path])
        .start()
        .expect("a daemon")
}

impl Running {
    /// A client that trusts the daemon's certificate, after its handshake.
    #[track_caller]
    fn client(&self) -> Secure {
        Secure::connect(self.address, "one.test", &[&self.one])
    }
}

/// Asks for the policy inside TLS, and receives it, with an authenticated end.
#[track_caller]
fn asks(mut client: Secure) {
    client.send(REQUEST);
    is_answered(&mut client);
}

#[track_caller]
fn is_answered(client: &mut Secure) {
    let (bytes, end) = client.hear();
    assert_eq!(
        (bytes.escape_ascii().to_string(), end),
        (REPLY.escape_ascii().to_string(), Ended::CloseNotify)
    );
}

/// Asks for it in plain text.
#[track_caller]
fn asks_in_clear(address: SocketAddr) {
    let heard = fetch(address).expect("a connection");
    assert_eq!(
        (heard.bytes.escape_ascii().to_string(), heard.end),
        (REPLY.escape_ascii().to_string(), StreamEnd::Fin)
    );
}
