//! `flashgate init --from-websockify`: pages that used websockify keep their URLs.

use std::net::SocketAddr;
use std::time::Duration;

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::daemon::Daemon;
use testkit::folder::Folder;
use testkit::needs;
use testkit::port;
use testkit::real_server::{self, RealServer};
use testkit::websocket::WebSocketClient;

use super::{Ran, flashgate};

/// Reads a token file, or a folder.
fn init(tokens: &str, more: &[&str]) -> Ran {
    let arguments = ["init", "--domain", "*", "--from-websockify", tokens];
    flashgate(&[&arguments[..], more].concat())
}

#[track_caller]
fn refused(content: &str, places: &[&str]) {
    let folder = Folder::new().unwrap();
    let tokens = folder.file("tokens.cfg", content).unwrap();
    let output = folder.path().join("flashgate.toml");
    let ran = init(
        tokens.to_str().unwrap(),
        &["--output", output.to_str().unwrap()],
    );
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(2), ""),
        "{content:?}"
    );
    for place in places {
        assert!(
            ran.stderr.contains(place),
            "{content:?}: {place}\n{}",
            ran.stderr
        );
    }
    assert!(!output.exists(), "{content:?}");
}

#[test]
fn malformed_lines() {
    refused("", &["has no token"]);
    refused("# login: a.test:1\n\n", &["has no token"]);
    // All of them at once, each with its place.
    refused(
        "a: b.test:1\nc b.test:1\nd:b.test:1\n e: b.test\nf: b.test:x\n/: b.test:1\nu: unix_socket:/run/x\n",
        &[
            "tokens.cfg:2:1",
            "tokens.cfg:3:1",
            "tokens.cfg:4:2",
            "tokens.cfg:5:1",
            "tokens.cfg:6:1",
            "tokens.cfg:7:1",
        ],
    );
    refused("a: b.test:0\n", &["tokens.cfg:1:1"]);
    refused(
        "a: b.test:1\na: b.test:2\n",
        &["tokens.cfg:2:1", "already has the server b.test:1"],
    );
    let missing = init("/nonexistent/tokens", &[]);
    assert_eq!(missing.code, Some(2));
    assert!(
        missing.stderr.contains("/nonexistent/tokens"),
        "{}",
        missing.stderr
    );
}

#[test]
fn lines_that_websockify_takes() {
    let folder = Folder::new().unwrap();
    let lines = "# Club Penguin\r\n\r\nlogin: 127.0.0.1:6112\r\n  world.1:\tgame.test:9875  \n\nsix: ::1:9876\nsix: ::1:9876";
    let tokens = folder.file("tokens.cfg", lines).unwrap();
    let ran = init(tokens.to_str().unwrap(), &["--host", "play.example.com"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    for line in [
        "name = \"login\"",
        "backend = \"127.0.0.1:6112\"",
        "bridge-path = \"/?token=login\"",
        "public-port = 6112",
        "backend = \"game.test:9875\"",
        "bridge-path = \"/?token=world.1\"",
        "backend = \"[::1]:9876\"",
    ] {
        assert_eq!(
            ran.stdout.matches(&format!("{line}\n")).count(),
            1,
            "{line}\n{}",
            ran.stdout
        );
    }
    let path = folder.file("flashgate.toml", &ran.stdout).unwrap();
    let checked = flashgate(&["serve", "--check", "--config", path.to_str().unwrap()]);
    assert_eq!(checked.code, Some(0), "{}\n{}", checked.stderr, ran.stdout);
}

/// Editors on Windows write a byte order mark, which is no part of the first token.
#[test]
fn byte_order_mark() {
    let folder = Folder::new().unwrap();
    let tokens = folder
        .file("tokens.cfg", "\u{feff}login: a.test:1\n")
        .unwrap();
    let ran = init(tokens.to_str().unwrap(), &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(
        ran.stdout.contains("bridge-path = \"/?token=login\"\n"),
        "{}",
        ran.stdout
    );
    refused("\u{feff}a: b.test:1\nc b.test:1\n", &["tokens.cfg:2:1"]);
}

/// A part of a file would lead players to the wrong servers.
#[test]
fn a_large_file() {
    let lines = "# a comment that fills the file\n".repeat(40_000);
    refused(
        &format!("{lines}last: a.test:1\n"),
        &["tokens.cfg is larger than 1048576 bytes", "split it"],
    );
}

/// Two backends, and the tokens `one` and `two` for them, each in a file of its own.
fn backends(folder: &Folder) -> [TestBackend; 2] {
    ["one", "two"].map(|token| {
        let greeting = BackendBehaviour::Greet(token.into(), Duration::ZERO);
        let backend = TestBackend::start(greeting).unwrap();
        let line = format!("{token}: {}\n", backend.address());
        folder.file(&format!("{token}.cfg"), line).unwrap();
        backend
    })
}

/// Opens the URL of each token as a page does, and checks which backend it reaches.
#[track_caller]
fn reaches(address: SocketAddr) {
    for token in ["two", "one"] {
        for path in [format!("/?token={token}"), format!("/?x=y&token={token}")] {
            let mut page =
                WebSocketClient::open(address, &path, Some("http://www.example.com")).unwrap();
            assert_eq!(page.read(3).unwrap(), token.as_bytes(), "{path}");
        }
    }
}

/// The same URLs reach the same servers, with websockify and with flashgate.
#[test]
fn pages_keep_their_urls() {
    let folder = Folder::new().unwrap();
    let _backends = backends(&folder);
    let tokens = folder.path().to_str().unwrap();
    if needs::met(real_server::missing("websockify")) {
        let address = ([127, 0, 0, 1], port::free().unwrap()).into();
        let _websockify = RealServer::start("websockify", address, |command, _| {
            command.args(["--token-plugin", "TokenFile", "--token-source", tokens]);
            command.arg(address.to_string());
            Ok(())
        })
        .unwrap();
        reaches(address);
    }
    let ran = init(tokens, &["--bridge", "127.0.0.1:0"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let (before, admin) = ran
        .stdout
        .split_once("[[listen]]\naddress = \"[::]:843\"\n")
        .unwrap();
    let (rest, _) = admin.split_once("[admin]").unwrap();
    let other = Folder::new().unwrap();
    let path = other
        .file("flashgate.toml", format!("{before}{rest}"))
        .unwrap();
    let daemon = Daemon::builder()
        .args(["serve".as_ref(), "--config".as_ref(), path.as_os_str()])
        .start()
        .unwrap();
    let bridge = *daemon.addresses().last().unwrap();
    reaches(bridge);
}
