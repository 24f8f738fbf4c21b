//! HTTP on a gate, from slow clients.

use std::io::Read as _;
use std::net::TcpStream;

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient};
use testkit::load::REQUEST;

use super::{LIMIT, Running, config, goes_on, is_answered, start};

/// A request for a WebSocket from a page that the policy does not allow.
const STRANGER: &str = "GET / HTTP/1.1\r\nHost: a.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: http://evil.test\r\n\r\n";

/// A gate that also has a web server, whose clients count as silent after 20 ms.
fn with_web(backend: &TestBackend, web: &TestBackend, limits: &str) -> Running {
    let web = web.address();
    let keys = format!("http-backend = \"{web}\"\nspeaks-first-after = \"20ms\"");
    start(&config(backend.address(), &keys, limits))
}

/// Exactly these bytes arrive, and nothing in between.
#[track_caller]
fn hears(called: &mut TcpStream, bytes: &[u8]) {
    let mut heard = vec![0; bytes.len()];
    called.read_exact(&mut heard).expect("all of it");
    let (heard, bytes) = (heard.escape_ascii(), bytes.escape_ascii());
    assert_eq!(heard.to_string(), bytes.to_string());
}

/// The server gets no bytes, and a clean close.
#[track_caller]
fn hears_nothing(called: TcpStream) {
    let heard = TestClient::from_stream(called).unwrap().hear();
    assert_eq!((&heard.bytes[..], heard.end), (&b""[..], StreamEnd::Fin));
}

/// A head that is not complete by the deadline could still ask for an upgrade, so it is not forwarded.
#[test]
fn slow_heads_go_nowhere() {
    let (server, web) = (
        TestBackend::start(BackendBehaviour::Hold).unwrap(),
        TestBackend::start(BackendBehaviour::Record).unwrap(),
    );
    let gate = with_web(&server, &web, "[limits]\nrequest = \"1s\"\n");
    let long = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(3_000));
    for first in ["GET / HTTP/1.1\r\n", "GET /", "GET /\r\n", &long] {
        let mut client = gate.client();
        client.send(first.as_bytes());
        let heard = client.hear();
        let text = String::from_utf8_lossy(&heard.bytes);
        assert!(text.starts_with("HTTP/1.1 408 "), "{first}: {text}");
    }
    nothing_else(&gate, &web);
}

/// Only the bytes that arrive now reach the web server, and nothing did before.
#[track_caller]
fn nothing_else(gate: &Running, web: &TestBackend) {
    let last = b"GET /last HTTP/1.1\r\nHost: a.test\r\n\r\n";
    let mut client = gate.client();
    client.send(last);
    client.half_close().unwrap();
    assert_eq!(client.hear().end, StreamEnd::Fin);
    assert_eq!(web.records_until(last, LIMIT).unwrap().len(), 0);
}

/// A head in pieces arrives byte for byte, with the bytes after it. So does one whose client closes before it is
/// complete.
#[test]
fn heads_arrive_byte_for_byte() {
    let (server, web) = (
        TestBackend::start(BackendBehaviour::Hold).unwrap(),
        TestBackend::start(BackendBehaviour::Hold).unwrap(),
    );
    let gate = with_web(&server, &web, "");
    let long = format!("GET / HTTP/1.1\r\nHost: a.test\r\nX: {}", "x".repeat(3_000));
    for (first, second) in [
        ("GET / HTTP/1.1\r\n", "Host: a.test\r\n\r\n"),
        ("GET /", " HTTP/1.1\r\nHost: a.test\r\n\r\n"),
        ("GET /\r\n", ""),
        (&long, "\r\n\r\nand a body"),
        (&long, ""),
    ] {
        let mut client = gate.client();
        client.send(first.as_bytes());
        client.send(second.as_bytes());
        client.half_close().unwrap();
        let mut called = web.next(LIMIT).unwrap();
        hears(&mut called, &[first, second].concat().into_bytes());
        hears_nothing(called);
    }
}

/// Silence does not affect how HTTP is treated, although flashgate has connected to the game's server.
#[test]
fn after_a_silence() {
    let (server, web) = (
        TestBackend::start(BackendBehaviour::Hold).unwrap(),
        TestBackend::start(BackendBehaviour::Hold).unwrap(),
    );
    let gate = with_web(&server, &web, "");
    let get = "GET /ruffle.js HTTP/1.1\r\nHost: a.test\r\n\r\n";
    let mut client = gate.client();
    let called = server.next(LIMIT).unwrap();
    client.send(get.as_bytes());
    hears(&mut web.next(LIMIT).unwrap(), get.as_bytes());
    hears_nothing(called);

    let mut client = gate.client();
    let called = server.next(LIMIT).unwrap();
    client.send(STRANGER.as_bytes());
    refused(&mut client);
    hears_nothing(called);
}

#[track_caller]
fn refused(client: &mut TestClient) {
    let heard = client.hear();
    let text = String::from_utf8_lossy(&heard.bytes);
    assert!(text.starts_with("HTTP/1.1 403 "), "{text}");
}

/// Without a web server, the gate answers itself, however long the client was silent.
#[test]
fn answered_after_a_silence() {
    let server = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let limits = "[limits]\nrequest = \"1s\"\n";
    let gate = start(&config(
        server.address(),
        "speaks-first-after = \"20ms\"",
        limits,
    ));
    for silence in [0, 2] {
        let silence = std::time::Duration::from_secs(silence);
        let mut client = gate.client();
        let called = server.next(LIMIT).unwrap();
        if !silence.is_zero() {
            assert!(!client.stirs_within(silence), "a silent client is kept");
        }
        let (start, end) = STRANGER.split_at(100);
        client.send(start.as_bytes());
        client.send(end.as_bytes());
        refused(&mut client);
        hears_nothing(called);
        let mut client = gate.client();
        let called = server.next(LIMIT).unwrap();
        client.send(b"GET /ruffle.js HTTP/1.1\r\nHost: a.test\r\n\r\n");
        let heard = client.hear();
        let text = String::from_utf8_lossy(&heard.bytes);
        assert!(text.starts_with("HTTP/1.1 200 "), "{text}");
        hears_nothing(called);
    }
    // It still works as a gate.
    let mut client = gate.client();
    client.send(REQUEST);
    is_answered(&mut client);
}

/// HTTP that is not a WebSocket request goes to the web server, also with methods that browsers do not use.
#[test]
fn every_method() {
    let (server, web) = (
        TestBackend::start(BackendBehaviour::Hold).unwrap(),
        TestBackend::start(BackendBehaviour::Record).unwrap(),
    );
    let gate = with_web(&server, &web, "");
    for head in [
        "PROPFIND / HTTP/1.1\r\nHost: a.test\r\nDepth: 1\r\n\r\n",
        "REPORT /calendar HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "PURGE /page HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "QUERY / HTTP/1.1\r\nHost: a.test\r\n\r\n",
    ] {
        goes_on(&gate, &web, head);
    }
}
