//! What a client receives that cannot have a WebSocket, and how a gate treats other HTTP.

use std::net::Ipv4Addr;
use std::time::Duration;

use socket2::SockRef;
use testkit::backend::{Absent, BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient};
use testkit::until;
use testkit::websocket::{BINARY, WebSocketClient, ask, frame, hear, request};

use super::{ADMIN, LIMIT, ORIGIN, config, echoes, start};

fn absent() -> Absent {
    Absent::reserve(([127, 0, 0, 1], 0).into()).unwrap()
}

#[test]
fn dead_and_back() {
    let absent = absent();
    let gate = start(&config(absent.address(), "", ADMIN));
    let (response, _) = ask(gate.gate, &request("/", ORIGIN)).unwrap();
    assert_eq!(response.status, 502);
    assert!(response.body.contains("`game`"), "{response:?}");
    gate.counts("outcome=\"backend-unreachable\"", 1);
    gate.counts(
        "flashgate_backend_failures_total{gate=\"game\",role=\"game\"}",
        1,
    );
    // A page that the policy refuses is refused first.
    let (response, _) = ask(gate.gate, &request("/", None)).unwrap();
    assert_eq!(response.status, 403);
    let _backend = absent.appear(BackendBehaviour::Echo).unwrap();
    let mut back = gate.open();
    echoes(&mut back, b"back");
    gate.counts("flashgate_connections_relaying", 1);
}

/// If a client leaves while flashgate connects to its backend, its place is free at once, and the connect ends.
#[test]
fn left_while_dialling() {
    let hole = absent().hang().unwrap();
    let limits = "[limits]\nbackend-connect = \"300s\"\nrelays-per-address = 1\nexempt = []\n";
    let gate = start(&config(hole.address(), "", &format!("{limits}{ADMIN}")));
    let dialling = || gate.sample("flashgate_connections_relaying") == 1;
    for (leaves, outcome) in [("ends", "closed-early"), ("resets", "connection-error")] {
        let mut client = TestClient::connect(gate.gate).unwrap();
        client.send(request("/", ORIGIN).as_bytes());
        // Frames that arrive early make no difference.
        client.send(&frame(BINARY, b"early"));
        assert!(until(LIMIT, dialling), "the place is taken");
        let (response, _) = ask(gate.gate, &request("/", ORIGIN)).unwrap();
        assert_eq!(response.status, 503, "{response:?}");
        let stream = client.into_stream();
        if leaves == "resets" {
            SockRef::from(&stream)
                .set_linger(Some(Duration::ZERO))
                .unwrap();
        }
        drop(stream);
        gate.counts(&format!("outcome=\"{outcome}\""), 1);
        gate.counts("flashgate_connections_relaying", 0);
    }
    // No attempt took long enough to call the backend dead.
    gate.counts("flashgate_backend_failures_total{gate=\"game\"}", 0);
}

/// At a stop, a client that waits for its backend gets an answer.
#[test]
fn stopped_while_dialling() {
    let hole = absent().hang().unwrap();
    let more = format!("[limits]\nbackend-connect = \"300s\"\n{ADMIN}[process]\ndrain = \"1s\"\n");
    let gate = start(&config(hole.address(), "", &more));
    let mut client = TestClient::connect(gate.gate).unwrap();
    client.send(request("/", ORIGIN).as_bytes());
    let dialling = || gate.sample("flashgate_connections_relaying") == 1;
    assert!(until(LIMIT, dialling), "flashgate is connecting");
    gate.daemon.terminate().unwrap();
    let response = hear(&mut client.into_stream()).unwrap();
    assert_eq!(response.status, 503, "{response:?}");
    assert!(
        response.body.contains("flashgate is stopping"),
        "{response:?}"
    );
}

#[test]
fn silent() {
    let hole = absent().hang().unwrap();
    let limits = "[limits]\nbackend-connect = \"1s\"\n";
    let gate = start(&config(hole.address(), "", limits));
    let (response, _) = ask(gate.gate, &request("/", ORIGIN)).unwrap();
    assert_eq!(response.status, 504);
}

#[test]
fn limits() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let limits = "[limits]\nrelays-per-address = 2\nexempt = []\n";
    let mut gate = start(&config(backend.address(), "", &format!("{limits}{ADMIN}")));
    let (mut one, _two) = (gate.open(), gate.open());
    let (response, _) = ask(gate.gate, &request("/", ORIGIN)).unwrap();
    assert_eq!(response.status, 503);
    assert!(response.body.contains("relays-per-address"), "{response:?}");
    let told = gate
        .daemon
        .wait_for_line("limit=\"relays-per-address\"", LIMIT);
    assert!(told.is_ok(), "{:#?}", gate.daemon.log());
    gate.counts("flashgate_websockets_open", 2);
    echoes(&mut one, b"unimpressed");
    // Another address has its own limit.
    let mut other = TestClient::connect_from(Ipv4Addr::new(127, 0, 0, 2), gate.gate).unwrap();
    other.send(request("/", ORIGIN).as_bytes());
    let mut stream = other.into_stream();
    let response = hear(&mut stream).unwrap();
    echoes(
        &mut WebSocketClient::of(&response, stream).unwrap(),
        b"me too",
    );
    drop(one);
    let again = || WebSocketClient::open(gate.gate, "/", ORIGIN).is_ok();
    assert!(
        until(LIMIT, again),
        "expected the freed place to be taken again"
    );
}

/// A client over the total limit gets an answer that says so; policy requests are still answered.
#[test]
fn too_many_of_all() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let limits = "[limits]\nconnections = 5\n";
    let mut gate = start(&config(backend.address(), "", &format!("{limits}{ADMIN}")));
    let mut open = [(); 4].map(|()| gate.open());
    let (response, _) = ask(gate.gate, &request("/", ORIGIN)).unwrap();
    assert_eq!(response.status, 503);
    assert_eq!(
        response.body,
        "this server has too many connections: the limit `connections` is reached\n"
    );
    let told = gate
        .daemon
        .wait_for_line("no room to forward another connection", LIMIT);
    assert!(told.is_ok(), "{:#?}", gate.daemon.log());
    gate.counts("\"over-limit\"", 1);
    gate.counts("flashgate_relays_limit", 4);
    let policy = testkit::client::fetch(gate.gate).unwrap();
    assert_eq!(policy.bytes.last(), Some(&0), "{policy:?}");
    let mut ready = TestClient::connect(gate.daemon.admin().unwrap()).unwrap();
    ready.send(b"GET /readyz HTTP/1.0\r\n\r\n");
    let ready = String::from_utf8(ready.hear().bytes).unwrap();
    assert!(ready.contains("no more are forwarded"), "{ready}");
    for socket in &mut open {
        echoes(socket, b"still here");
    }
}

/// A failed connect frees the place that it had taken.
#[test]
fn limits_after_failures() {
    let absent = absent();
    let limits = "[limits]\nrelays-per-address = 1\nexempt = []\nrate-per-address = \"off\"\n";
    let gate = start(&config(absent.address(), "", limits));
    for _ in 0..20 {
        let (response, _) = ask(gate.gate, &request("/", ORIGIN)).unwrap();
        assert_eq!(response.status, 502);
    }
    let _backend = absent.appear(BackendBehaviour::Echo).unwrap();
    echoes(&mut gate.open(), b"back");
}

/// Other HTTP on a gate: a short answer that says what the port is, and nothing for the backend.
#[test]
fn other_http() {
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
    let gate = start(&config(backend.address(), "", ADMIN));
    for (line, status) in [
        ("GET / HTTP/1.1", 426),
        ("HEAD /x HTTP/1.1", 404),
        ("GET /rufle.json HTTP/1.1", 404),
    ] {
        let (response, _) = ask(gate.gate, &format!("{line}\r\nHost: a.test\r\n\r\n")).unwrap();
        assert_eq!(response.status, status, "{line}");
        let upgrade = (status == 426).then_some("websocket");
        assert_eq!(response.field("Upgrade"), upgrade);
        assert_eq!(response.body.contains("`game`"), line.starts_with("GET"));
        assert_eq!(
            response.body.contains("no such path"),
            line.contains("/rufle")
        );
    }
    gate.counts("outcome=\"http-answered\"", 3);
    let mut last = gate.open();
    last.say(b"last");
    last.half_close().unwrap();
    assert_eq!(backend.records_until(b"last", LIMIT).unwrap().len(), 0);
}

/// With a web server, HTTP goes there byte for byte, except for WebSockets.
#[test]
fn http_backend() {
    let (backend, web) = (
        TestBackend::start(BackendBehaviour::Echo).unwrap(),
        TestBackend::start(BackendBehaviour::Record).unwrap(),
    );
    let http = format!("http-backend = \"{}\"", web.address());
    let gate = start(&config(
        backend.address(),
        &http,
        "[limits]\nrequest = \"1s\"\n",
    ));
    echoes(&mut gate.open(), b"game");
    for bytes in [
        "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "POST /form HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\nbody",
        "GET / HTTP/1.1\nHost: a.test\n\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\nUpgrade: h2c\r\n\r\nmore behind it",
    ] {
        let mut client = TestClient::connect(gate.gate).unwrap();
        let (first, second) = bytes.split_at(bytes.len() / 2);
        client.send(first.as_bytes());
        client.send(second.as_bytes());
        client.half_close().unwrap();
        assert_eq!(client.hear().end, StreamEnd::Fin);
        let found = web.record(LIMIT).unwrap().bytes;
        assert_eq!(
            found.escape_ascii().to_string(),
            bytes.as_bytes().escape_ascii().to_string()
        );
    }
    // A refused WebSocket is not forwarded to the web server.
    let (response, _) = ask(gate.gate, &request("/", None)).unwrap();
    assert_eq!(response.status, 403);
    let mut last = TestClient::connect(gate.gate).unwrap();
    last.send(b"GET /last HTTP/1.1\r\n\r\n");
    last.half_close().unwrap();
    assert_eq!(
        web.record(LIMIT).unwrap().bytes,
        b"GET /last HTTP/1.1\r\n\r\n"
    );
}

/// Without WebSockets, HTTP is just bytes.
#[test]
fn off() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let gate = start(&config(backend.address(), "websocket = false", ""));
    let mut client = TestClient::connect(gate.gate).unwrap();
    let said = request("/", ORIGIN);
    client.send(said.as_bytes());
    let mut back = vec![0; said.len()];
    client.read_exact(&mut back).unwrap();
    assert_eq!(back, said.as_bytes());
}

/// The server gets the player's address before everything else.
#[test]
fn send_proxy() {
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
    let gate = start(&config(backend.address(), "send-proxy = \"v1\"", ADMIN));
    let mut socket = gate.open();
    socket.say(b"LOGIN");
    let stream = socket.into_stream();
    let peer = stream.local_addr().unwrap();
    drop(stream);
    let (from, to) = (peer.port(), gate.gate.port());
    let expected = format!("PROXY TCP4 127.0.0.1 127.0.0.1 {from} {to}\r\nLOGIN");
    assert_eq!(
        String::from_utf8(backend.record(LIMIT).unwrap().bytes).unwrap(),
        expected
    );
    let counted = || gate.sample("flashgate_relayed_bytes_total{from=\"client\"}") == 5;
    assert!(until(LIMIT, counted), "the header is not the client's");
}
