//! Master policy files over HTTP, as browsers, plug-ins and scanners get them.

mod answers;
mod clients;
mod configs;
mod pages;
mod places;
mod warnings;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use testkit::client::{StreamEnd, TestClient};
use testkit::daemon::{Daemon, address_in};
use testkit::folder::Folder;
use testkit::websocket::{ResponseHead, ask};

/// Far longer than anything here takes.
const LIMIT: Duration = Duration::from_secs(20);

/// Two rules for one policy, on no socket.
const RULES: &str = "{ domain = \"www.a.test\" }, { domain = \"*.b.test\", headers = \"X-Token\" }";

/// What they are as `/crossdomain.xml`.
const FILE: &str = "<?xml version=\"1.0\"?><cross-domain-policy>\
    <allow-access-from domain=\"www.a.test\"/><allow-access-from domain=\"*.b.test\"/>\
    <allow-http-request-headers-from domain=\"*.b.test\" headers=\"X-Token\"/></cross-domain-policy>";

/// The listener of the files.
const HTTP: &str = "[http]\naddress = \"127.0.0.1:0\"\ncrossdomain = \"default\"\n";

/// A policy of these rules, and this below it.
fn config(rules: &str, more: &str) -> String {
    format!("[policy.default]\nrules = [{rules}]\n{more}\n")
}

/// A daemon and its config.
struct Running {
    daemon: Daemon,
    folder: Folder,
    path: PathBuf,
}

fn start(config: &str) -> Running {
    let folder = Folder::new().expect("a folder");
    start_in(folder, config)
}

fn start_in(folder: Folder, config: &str) -> Running {
    let path = folder.file("flashgate.toml", config).expect("a file");
    let daemon = Daemon::builder()
        .args(["serve", "-v", "--config"])
        .args([&path])
        .start()
        .expect("a valid config");
    Running {
        daemon,
        folder,
        path,
    }
}

impl Running {
    fn address(&self) -> SocketAddr {
        self.daemon.address()
    }

    /// The address in the line that contains this.
    fn address_of(&mut self, text: &str) -> SocketAddr {
        let line = self.daemon.log().iter().find(|line| line.contains(text));
        line.and_then(|line| address_in(line)).expect("an address")
    }

    /// The response to a GET with these fields.
    fn get(&self, path: &str, fields: &str) -> ResponseHead {
        get(self.address(), path, fields)
    }
}

/// The response to a GET with these fields.
#[track_caller]
fn get(address: SocketAddr, path: &str, fields: &str) -> ResponseHead {
    let request = format!("GET {path} HTTP/1.1\r\nHost: a.test\r\n{fields}\r\n");
    let (response, _) = ask(address, &request).expect("a response");
    response
}

/// Everything that comes back for these bytes, up to the end, which is clean.
#[track_caller]
fn hear(address: SocketAddr, request: &[u8]) -> String {
    let mut client = TestClient::connect(address).expect("a connection");
    client.send(request);
    let heard = client.hear();
    assert_eq!(heard.end, StreamEnd::Fin, "{}", request.escape_ascii());
    String::from_utf8(heard.bytes).expect("text")
}
