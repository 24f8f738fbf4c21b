//! What a client is told that can't have a WebSocket, and what else HTTP is on a gate.

use std::net::Ipv4Addr;

use testkit::backend::{Absent, Backend, Manner};
use testkit::client::{Client, End};
use testkit::websocket::{WebSocket, ask, hear, request};

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
    // Who is refused is refused first.
    let (response, _) = ask(gate.gate, &request("/", None)).unwrap();
    assert_eq!(response.status, 403);
    let _backend = absent.appear(Manner::Echo).unwrap();
    let mut back = gate.open();
    echoes(&mut back, b"back");
    gate.counts("flashgate_connections_relaying", 1);
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
    let backend = Backend::start(Manner::Echo).unwrap();
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
    // Another address has its own.
    let mut other = Client::connect_from(Ipv4Addr::new(127, 0, 0, 2), gate.gate).unwrap();
    other.send(request("/", ORIGIN).as_bytes());
    let mut stream = other.into_stream();
    let response = hear(&mut stream).unwrap();
    echoes(&mut WebSocket::of(&response, stream).unwrap(), b"me too");
    drop(one);
    let again = || WebSocket::open(gate.gate, "/", ORIGIN).is_ok();
    assert!(
        testkit::until(LIMIT, again),
        "a place that was given back is taken again"
    );
}

/// A failed dial gives the place back that it had taken.
#[test]
fn limits_after_failures() {
    let absent = absent();
    let limits = "[limits]\nrelays-per-address = 1\nexempt = []\nrate-per-address = \"off\"\n";
    let gate = start(&config(absent.address(), "", limits));
    for _ in 0..20 {
        let (response, _) = ask(gate.gate, &request("/", ORIGIN)).unwrap();
        assert_eq!(response.status, 502);
    }
    let _backend = absent.appear(Manner::Echo).unwrap();
    echoes(&mut gate.open(), b"back");
}

/// Other HTTP on a gate: a short answer that says what the port is, and nothing for the backend.
#[test]
fn other_http() {
    let backend = Backend::start(Manner::Record).unwrap();
    let gate = start(&config(backend.address(), "", ADMIN));
    for line in [
        "GET / HTTP/1.1",
        "HEAD /x HTTP/1.1",
        "GET /crossdomain.xml HTTP/1.1",
    ] {
        let (response, _) = ask(gate.gate, &format!("{line}\r\nHost: a.test\r\n\r\n")).unwrap();
        assert_eq!(response.status, 426, "{line}");
        assert_eq!(response.field("Upgrade"), Some("websocket"));
        assert_eq!(response.body.contains("`game`"), line.starts_with("GET"));
    }
    gate.counts("outcome=\"http-answered\"", 3);
    let mut last = gate.open();
    last.say(b"last");
    last.half_close().unwrap();
    assert_eq!(backend.records_until(b"last", LIMIT).unwrap().len(), 0);
}

/// With a server of its own, HTTP goes there byte for byte, but for WebSockets.
#[test]
fn http_backend() {
    let (backend, web) = (
        Backend::start(Manner::Echo).unwrap(),
        Backend::start(Manner::Record).unwrap(),
    );
    let http = format!("http-backend = \"{}\"", web.address());
    let gate = start(&config(
        backend.address(),
        &http,
        "[limits]\nrequest = \"1s\"\n",
    ));
    echoes(&mut gate.open(), b"game");
    let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(20_000));
    for bytes in [
        "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "POST /form HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\nbody",
        "GET / HTTP/1.1\nHost: a.test\n\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\nUpgrade: h2c\r\n\r\nmore behind it",
        &long,
    ] {
        let mut client = Client::connect(gate.gate).unwrap();
        let (first, second) = bytes.split_at(bytes.len() / 2);
        client.send(first.as_bytes());
        client.send(second.as_bytes());
        client.half_close().unwrap();
        assert_eq!(client.hear().end, End::Fin);
        let found = web.record(LIMIT).unwrap().bytes;
        assert_eq!(
            found.escape_ascii().to_string(),
            bytes.as_bytes().escape_ascii().to_string()
        );
    }
    // A WebSocket that is refused is not passed on to the web server.
    let (response, _) = ask(gate.gate, &request("/", None)).unwrap();
    assert_eq!(response.status, 403);
    let mut last = Client::connect(gate.gate).unwrap();
    last.send(b"GET /last HTTP/1.1\r\n\r\n");
    last.half_close().unwrap();
    assert_eq!(
        web.record(LIMIT).unwrap().bytes,
        b"GET /last HTTP/1.1\r\n\r\n"
    );
}

/// Without WebSockets, HTTP is but bytes.
#[test]
fn off() {
    let backend = Backend::start(Manner::Echo).unwrap();
    let gate = start(&config(backend.address(), "websocket = false", ""));
    let mut client = Client::connect(gate.gate).unwrap();
    let said = request("/", ORIGIN);
    client.send(said.as_bytes());
    let mut back = vec![0; said.len()];
    client.read_exact(&mut back).unwrap();
    assert_eq!(back, said.as_bytes());
}

/// The server is told the player's address in front of everything else.
#[test]
fn send_proxy() {
    let backend = Backend::start(Manner::Record).unwrap();
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
    assert!(
        testkit::until(LIMIT, counted),
        "the header is not the client's"
    );
}
