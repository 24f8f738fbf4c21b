//! What makes a request a WebSocket handshake, that nothing else is accepted as one, and that cuts change nothing.

use std::net::SocketAddr;

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::TestClient;
use testkit::figure;
use testkit::scale::short_or_long;
use testkit::websocket::{
    ACCEPT, BINARY, ResponseHead, WebSocketClient, ask, frame, hear, request, with_fields,
};

use super::{ORIGIN, config, echoes, smuggled, start};

const FIELDS: &str = "Origin: http://www.a.test\r\n";

#[test]
fn granted() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let gate = start(&config(backend.address(), "", ""));
    let (response, stream) = ask(gate.gate, &request("/any/path?at=all", ORIGIN)).unwrap();
    assert_eq!(response.status, 101);
    assert_eq!(response.field("Sec-WebSocket-Accept"), Some(ACCEPT));
    assert_eq!(response.field("Upgrade"), Some("websocket"));
    assert_eq!(response.field("Connection"), Some("Upgrade"));
    // Chromium fails a connection that has either of these.
    assert_eq!(response.field("Sec-WebSocket-Protocol"), None);
    assert_eq!(response.field("Sec-WebSocket-Extensions"), None);
    echoes(
        &mut WebSocketClient::of(&response, stream).unwrap(),
        b"LOGIN\0",
    );
}

/// A good request with one change.
pub(super) fn changed(from: &str, to: &str) -> String {
    let request = request("/", ORIGIN);
    assert!(request.contains(from), "{from}");
    request.replacen(from, to, 1)
}

/// Bad requests, and the status of each.
fn bad_requests() -> Vec<(String, u16)> {
    let mut requests: Vec<_> = [
        ("GET / HTTP/1.1", "HEAD / HTTP/1.1", 405),
        ("GET / HTTP/1.1", "OPTIONS / HTTP/1.1", 405),
        ("GET / HTTP/1.1", "POST / HTTP/1.1", 405),
        ("GET / HTTP/1.1", "GET / HTTP/1.0", 400),
        ("GET / HTTP/1.1", "GET http://a.test/ HTTP/1.1", 400),
        ("GET / HTTP/1.1", "GET * HTTP/1.1", 400),
        ("GET / HTTP/1.1", "GET / HTTP/2.0", 505),
        ("Connection: Upgrade", "Connection: keep-alive", 400),
        ("Connection: Upgrade", "Connection: Upgraded", 400),
        ("Connection: Upgrade\r\n", "", 400),
        ("Upgrade: websocket", "Upgrade: h2c", 426),
        ("Upgrade: websocket", "Upgrade: websockets", 426),
        ("Upgrade: websocket\r\n", "", 426),
        ("Version: 13", "Version: 8", 426),
        ("Version: 13", "Version: 013", 426),
        ("Version: 13", "Version: 13, 8", 426),
        ("Sec-WebSocket-Version: 13\r\n", "", 426),
        (
            "Sec-WebSocket-Version: 13\r\n",
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 13\r\n",
            426,
        ),
        (
            "Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Key: dGhlIHNhbXBsZSBub25jZQ",
            400,
        ),
        (
            "Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Key: dGhlIHNhbXBsZSBub25jZQ=",
            400,
        ),
        (
            "Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Key: dGhlIHNhbXBsZSBub25j",
            400,
        ),
        (
            "Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Key: dGhlIHNhbXBsZSBub25jZR==",
            400,
        ),
        ("Key: dGhlIHNhbXBsZSBub25jZQ==", "Key:", 400),
        ("Sec-WebSocket-Key:", "X-Key:", 400),
        (
            "Sec-WebSocket-Key:",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key:",
            400,
        ),
        ("Origin:", "Origin: http://www.a.test\r\nOrigin:", 403),
        ("Host: play.test:9339", "X: y", 400),
        (
            "Host: play.test:9339",
            "Host: play.test\r\nHost: play.test",
            400,
        ),
        ("Host: play.test:9339", "Host: a b", 400),
        ("Pragma: no-cache", "Content-Length: 5", 400),
        ("Pragma: no-cache", "Transfer-Encoding: chunked", 400),
        ("Pragma: no-cache", "Transfer-Encoding: identity", 400),
        (
            "Pragma: no-cache\r\n",
            "Pragma: no-cache\r\n folded\r\n",
            400,
        ),
        ("Pragma: no-cache\r\n", "Pragma: no-cache\n", 400),
        ("Pragma: no-cache\r\n", "Pragma: no-cache\r\r\n", 400),
        ("Pragma: no-cache", "Pragma : no-cache", 400),
        ("Pragma: no-cache", "Pragma: no\0cache", 400),
    ]
    .into_iter()
    .map(|(from, to, status)| (changed(from, to), status))
    .collect();
    requests.extend(smuggled::requests());
    let long = format!("{FIELDS}X: {}\r\n", "x".repeat(9_000));
    requests.push((with_fields("/", &long), 431));
    requests.push((
        with_fields("/", &format!("{FIELDS}{}", "X: y\r\n".repeat(64))),
        431,
    ));
    requests
}

/// What follows a request, and must not be read as part of it or as another request.
fn behind() -> Vec<u8> {
    [
        &frame(BINARY, b"early frame")[..],
        request("/", ORIGIN).as_bytes(),
        b"GET /second HTTP/1.1\r\nHost: a.test\r\n\r\n",
    ]
    .concat()
}

/// One response, and the end.
#[track_caller]
fn one_response(to: SocketAddr, pieces: &[&[u8]]) -> ResponseHead {
    let mut client = TestClient::connect(to).unwrap();
    for piece in pieces {
        client.send(piece);
    }
    let mut stream = client.into_stream();
    let said = pieces.concat();
    let response =
        hear(&mut stream).unwrap_or_else(|error| panic!("{error:#} to {}", said.escape_ascii()));
    assert!(!response.body.contains("\r\n"), "{response:?}");
    assert_eq!(
        response
            .field("Connection")
            .map(|value| value.contains("close")),
        Some(true)
    );
    response
}

/// R27 for master policy files: at their address there are no WebSockets, so a good request gets a 404.
#[test]
fn refused_where_files_are() {
    let files = "[http]\naddress = \"127.0.0.1:0\"\ncrossdomain = \"default\"\n";
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
    let running = start(&config(backend.address(), "", files));
    let address = *running.daemon.addresses().last().unwrap();
    let behind = behind();
    for (request, _) in bad_requests() {
        let bytes = [request.as_bytes(), &behind].concat();
        for cut in [1, request.len() / 2, request.len()] {
            let (first, second) = bytes.split_at(cut);
            let response = one_response(address, &[first, second]);
            assert!(response.status >= 400, "{request}: {response:?}");
        }
    }
    let good = [request("/", ORIGIN).as_bytes(), &behind].concat();
    assert_eq!(one_response(address, &[&good]).status, 404);
}

/// R27: whatever is smuggled, however it is cut, there is one response and then the close, and the backend receives
/// nothing.
#[test]
fn refused() {
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
    let gate = start(&config(backend.address(), "", ""));
    let (behind, mut sent) = (behind(), 0);
    let requests = bad_requests();
    let known = requests.len();
    assert!(known >= 60, "{known}");
    for (request, status) in requests {
        let bytes = [request.as_bytes(), &behind].concat();
        let step = short_or_long(13, 1);
        for cut in (0..request.len()).step_by(step) {
            let (first, second) = bytes.split_at(cut);
            let response = one_response(gate.gate, &[first, second]);
            assert_eq!(response.status, status, "cut at {cut}: {request}");
            sent += 1;
            assert!(
                response.body.ends_with('\n') || request.starts_with("HEAD"),
                "{response:?}"
            );
        }
        if status == 426 {
            let response = one_response(gate.gate, &[request.as_bytes()]);
            assert_eq!(response.field("Upgrade"), Some("websocket"));
        }
    }
    // The backend has received nothing of this: this is its first connection.
    let mut last = WebSocketClient::open(gate.gate, "/", ORIGIN).unwrap();
    last.say(b"last");
    last.half_close().unwrap();
    assert_eq!(backend.record(super::LIMIT).unwrap().bytes, b"last");
    figure::report(
        "R27",
        format!(
            "{known} smuggled requests, cut in {sent} places: one response to each, 0 bytes to the backend"
        ),
    );
}

/// Frames that arrive with the request are used once it is granted, however they are cut.
#[test]
fn early_frames() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let gate = start(&config(backend.address(), "", ""));
    let request = request("/", ORIGIN);
    let early = [
        frame(0x02, b"early "),
        frame(0x89, b"!"),
        frame(0x80, b"frames"),
    ]
    .concat();
    let bytes = [request.as_bytes(), &early].concat();
    for cut in (0..=bytes.len()).step_by(short_or_long(7, 1)) {
        let (first, second) = bytes.split_at(cut);
        let mut client = TestClient::connect(gate.gate).unwrap();
        client.send(first);
        client.send(second);
        let mut stream = client.into_stream();
        let response = hear(&mut stream).unwrap();
        let mut socket = WebSocketClient::of(&response, stream).unwrap();
        let (mut said, mut ponged) = (Vec::new(), false);
        while said.len() < 12 || !ponged {
            let frame = socket.next_frame().unwrap();
            match frame.first {
                BINARY => said.extend(frame.payload),
                _ => ponged = frame.payload == b"!",
            }
        }
        assert_eq!(said, b"early frames", "cut at {cut}");
    }
}

/// A head that never ends is closed without an answer at the deadline for requests.
#[test]
fn slow_heads() {
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
    let gate = start(&config(
        backend.address(),
        "",
        "[limits]\nrequest = \"1s\"\n",
    ));
    let mut client = TestClient::connect(gate.gate).unwrap();
    client.send(b"GET / HTTP/1.1\r\n");
    let heard = client.hear();
    assert_eq!(heard.bytes, b"");
    assert!(heard.after.as_millis() >= 900, "{:?}", heard.after);
    let mut client = TestClient::connect(gate.gate).unwrap();
    client.send(b"GET / HTTP/1.1\r\nHost: a.test\r\n");
    client.half_close().unwrap();
    assert_eq!(client.hear().bytes, b"");
}
