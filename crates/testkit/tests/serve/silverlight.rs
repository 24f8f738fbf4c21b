//! A listener for Silverlight: 22 bytes without a terminator, the file without a NUL, and a close that loses nothing.

use std::net::SocketAddr;
use std::time::Duration;

use testkit::client::{ReceivedBytes, StreamEnd, TestClient, fetch};
use testkit::daemon::Daemon;
use testkit::folder::Folder;

const REQUEST: &[u8] = b"<policy-file-request/>";

const POLICY: &[u8] =
    b"<?xml version=\"1.0\" encoding=\"utf-8\"?><access-policy><cross-domain-access><policy>\
    <allow-from><domain uri=\"http://a.test\"/><domain uri=\"https://a.test\"/></allow-from>\
    <grant-to><socket-resource port=\"4502-4534\" protocol=\"tcp\"/></grant-to>\
    </policy></cross-domain-access></access-policy>";

/// A listener for Flash and one for Silverlight, with the same policy.
struct Both {
    daemon: Daemon,
    flash: SocketAddr,
    silverlight: SocketAddr,
    _folder: Folder,
}

impl Both {
    fn start() -> Self {
        let folder = Folder::new().unwrap();
        let text = "[policy.p]\nrules = [{ domain = \"a.test\", ports = \"4502-4534\" }]\n\
                    [[listen]]\naddress = \"127.0.0.1:0\"\n\
                    [[listen]]\naddress = \"127.0.0.1:0\"\ndialect = \"silverlight\"\n";
        let path = folder.file("flashgate.toml", text).unwrap();
        let daemon = Daemon::builder()
            .args([
                "serve".into(),
                "-v".into(),
                "--config".into(),
                path.into_os_string(),
            ])
            .start()
            .unwrap();
        let (flash, silverlight) = (daemon.addresses()[0], daemon.addresses()[1]);
        Self {
            daemon,
            flash,
            silverlight,
            _folder: folder,
        }
    }
}

#[track_caller]
fn is_whole(heard: &ReceivedBytes) {
    assert_eq!(heard.end, StreamEnd::Fin);
    assert_eq!(
        heard.bytes.escape_ascii().to_string(),
        POLICY.escape_ascii().to_string()
    );
}

/// Before the client ends its side: Silverlight waits for the server's end. A listener for Flash waits 300 ms for the
/// terminator, this one doesn't.
#[test]
fn answered_at_once() {
    let both = Both::start();
    let ask = || {
        let mut client = TestClient::connect(both.silverlight).unwrap();
        client.send(REQUEST);
        let heard = client.hear();
        is_whole(&heard);
        heard.after
    };
    // The shortest, because the machine may be busy.
    let shortest = (0..8).map(|_| ask()).min().unwrap();
    assert!(shortest < Duration::from_millis(200), "{shortest:?}");
    // The listener for Flash answers as before.
    let mut client = TestClient::connect(both.flash).unwrap();
    client.send(REQUEST);
    let heard = client.hear();
    assert!(heard.bytes.ends_with(b"</cross-domain-policy>\0"));
    assert!(
        heard.after >= Duration::from_millis(300),
        "{:?}",
        heard.after
    );
}

/// However the request is cut, and whatever follows it, at once or later.
#[test]
fn every_kind_of_request() {
    let both = Both::start();
    for rest in [&b""[..], b"\0", b"\n", b"\r\n", b"<more/>"] {
        let request = [REQUEST, rest].concat();
        let mut client = TestClient::connect(both.silverlight).unwrap();
        client.send(&request);
        is_whole(&client.hear());
        let mut client = TestClient::connect(both.silverlight).unwrap();
        for byte in &request {
            assert!(client.send(&[*byte]), "no reset: {rest:?}");
        }
        is_whole(&client.hear());
    }
    for other in [
        &b"<policy-file-requesT/>"[..],
        b"<policy-file-request>",
        b"GET / HTTP/1.1\r\n\r\n",
    ] {
        let mut client = TestClient::connect(both.silverlight).unwrap();
        client.send(other);
        assert_eq!(client.hear().bytes, b"", "{other:?}");
    }
}

/// `none` grants nothing, as in `/clientaccesspolicy.xml`.
#[test]
fn none_grants_nothing() {
    let folder = Folder::new().unwrap();
    let text = "[policy.p]\nsite-control = \"none\"\nrules = [{ domain = \"a.test\", ports = \"4502\" }]\n\
                [[listen]]\naddress = \"127.0.0.1:0\"\ndialect = \"silverlight\"\n";
    let path = folder.file("flashgate.toml", text).unwrap();
    let daemon = Daemon::builder()
        .args(["serve".into(), "--config".into(), path.into_os_string()])
        .start()
        .unwrap();
    let mut client = TestClient::connect(daemon.addresses()[0]).unwrap();
    client.send(REQUEST);
    let heard = client.hear();
    assert_eq!(heard.end, StreamEnd::Fin);
    let heard = heard.bytes.escape_ascii().to_string();
    assert!(
        heard.ends_with(
            "<access-policy><cross-domain-access></cross-domain-access></access-policy>"
        ),
        "{heard}"
    );
}

/// A Flash player gets the same file, which it can't use, and the log says what to change.
#[test]
fn a_flash_player_on_the_wrong_port() {
    let mut both = Both::start();
    is_whole(&fetch(both.silverlight).unwrap());
    let line = both.daemon.wait_for_line(
        "a Flash player got a policy for Silverlight",
        TestClient::PATIENCE,
    );
    let line = line.unwrap();
    assert!(line.contains("dialect") && line.contains("843"), "{line}");
    // In two parts, so that a task answers.
    let mut client = TestClient::connect(both.silverlight).unwrap();
    client.send(REQUEST);
    is_whole(&client.hear());
    // No hint about the others.
    let heard = fetch(both.flash).unwrap();
    assert_eq!(heard.bytes.last(), Some(&0));
    let is_told = |line: &&String| line.contains("listening") && line.contains("silverlight");
    assert_eq!(both.daemon.log().iter().filter(is_told).count(), 1);
    let hints = both
        .daemon
        .log()
        .iter()
        .filter(|line| line.contains("WARN") && line.contains("Flash player"));
    assert_eq!(hints.count(), 1);
}

/// A file is sent as it is.
#[test]
fn a_file() {
    let folder = Folder::new().unwrap();
    let file = format!("{}\n", String::from_utf8_lossy(POLICY));
    folder.file("sl.xml", &file).unwrap();
    let text = "[policy.p]\nfile = \"sl.xml\"\n[[listen]]\naddress = \"127.0.0.1:0\"\ndialect = \"silverlight\"\n";
    let path = folder.file("flashgate.toml", text).unwrap();
    let daemon = Daemon::builder()
        .args(["serve".into(), "--config".into(), path.into_os_string()])
        .start()
        .unwrap();
    let mut client = TestClient::connect(daemon.address()).unwrap();
    client.send(REQUEST);
    assert_eq!(client.hear().bytes, file.as_bytes());
}
