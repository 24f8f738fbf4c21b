//! The log of connections through a gate, without `-v`: which player failed, why, and what to change.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use testkit::backend::{Absent, BackendBehaviour, TestBackend};
use testkit::client::TestClient;

use super::{LIMIT, Running, config, start};

/// A line that contains all of these texts.
#[track_caller]
fn is_logged(gate: &mut Running, text: &str, parts: &[&str]) {
    let line = gate.daemon.wait_for_line(text, LIMIT).unwrap();
    for part in parts {
        assert!(line.contains(part), "{part}: {line}");
    }
}

/// The server reads this, because a close with unread data would be a reset.
#[track_caller]
fn takes(server: &mut TcpStream, bytes: &[u8]) {
    let mut taken = vec![0; bytes.len()];
    server.read_exact(&mut taken).unwrap();
    assert_eq!(taken, bytes);
}

/// The bytes still reach the server, because it may understand them.
#[test]
fn a_proxy_header_that_nobody_expects() {
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
    let mut gate = start(&config(backend.address(), "", ""));
    let said = b"PROXY TCP4 192.0.2.9 192.0.2.1 40000 843\r\n<policy-file-request/>\0";
    let mut client = gate.client();
    client.send(said);
    client.half_close().unwrap();
    assert_eq!(backend.record(LIMIT).unwrap().bytes, said);
    is_logged(
        &mut gate,
        "forwarded a connection",
        &[
            " WARN ",
            "gate=\"game\"",
            "`accept-proxy`",
            "peer=127.0.0.1:",
        ],
    );
}

#[test]
fn nearly_a_policy_request() {
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
    let mut gate = start(&config(backend.address(), "", ""));
    let mut client = gate.client();
    client.send(b"<Policy-File-Request/>\0");
    is_logged(
        &mut gate,
        "forwarded a connection",
        &[" WARN ", "lower case"],
    );
}

/// A game server that speaks TLS itself is not a mistake, so the hint waits for the server's answer.
#[test]
fn tls_that_nobody_speaks() {
    const HELLO: &[u8] = b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03";
    for (reply, expected) in [(&b"hello?"[..], true), (&[0x16; 400], false)] {
        let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
        let mut gate = start(&config(backend.address(), "", ""));
        let mut client = gate.client();
        client.send(HELLO);
        let mut server = backend.next(LIMIT).unwrap();
        takes(&mut server, HELLO);
        server.write_all(reply).unwrap();
        client.half_close().unwrap();
        drop(server);
        client.hear();
        gate.daemon
            .wait_for_line("connection ended", LIMIT)
            .unwrap();
        let lines = gate.daemon.log().iter();
        let hinted = lines.filter(|line| line.contains("`[tls]`")).count();
        assert_eq!(hinted, usize::from(expected));
    }
}

/// Each of a few players is logged by name, and a flood of them is counted.
#[test]
fn players_without_a_server() {
    let absent = Absent::reserve(([127, 0, 0, 1], 0).into()).unwrap();
    let mut gate = start(&config(absent.address(), "", ""));
    let mut clients = Vec::new();
    for _ in 0..5 {
        let mut client = gate.client();
        client.send(b"LOGIN");
        client.hear();
        clients.push(client.address().unwrap());
    }
    for client in clients {
        is_logged(
            &mut gate,
            &format!("peer={client} gate=\"game\""),
            &["can't reach"],
        );
    }
}

/// A server that dies cuts its players off, with a reset or with an early end.
#[test]
fn a_server_that_dies() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    // After this time a connection is a session.
    let timeouts = "[limits]\nrequest = \"3s\"\n";
    let mut gate = start(&config(backend.address(), "", timeouts));
    let (mut client, mut other) = (gate.client(), gate.client());
    client.send(b"LOGIN");
    let mut server = backend.next(LIMIT).unwrap();
    takes(&mut server, b"LOGIN");
    other.send(b"LOGIN");
    let mut reset = backend.next(LIMIT).unwrap();
    takes(&mut reset, b"LOGIN");
    TestClient::from_stream(reset).unwrap().reset().unwrap();
    other.hear();
    let peer = format!("peer={}", other.address().unwrap());
    is_logged(
        &mut gate,
        "the game server aborted a connection",
        &[" WARN ", &peer, "backend-reset"],
    );
    assert!(!client.stirs_within(Duration::from_millis(3200)));
    drop(server);
    client.hear();
    let peer = format!("peer={}", client.address().unwrap());
    drop(client);
    is_logged(
        &mut gate,
        "the game server closed a connection",
        &[" INFO ", &peer, "gate=\"game\""],
    );
}
