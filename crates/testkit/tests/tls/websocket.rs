//! `wss`: a page that was loaded over https opens its WebSocket inside TLS, on a gate's own port and on the bridge.

use std::net::SocketAddr;

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::daemon::address_in;
use testkit::pattern::Pattern;
use testkit::websocket::{BINARY, CLOSE, PING, PONG, frame, request};

use super::{Ended, LIMIT, Running, Secure, config, gate, start};

const PAGE: Option<&str> = Some("https://a.test");

/// A client whose request for a WebSocket was granted.
pub(super) fn upgraded(mut client: Secure, path: &str) -> Secure {
    client.send(request(path, PAGE).as_bytes());
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte);
        head.extend(byte);
    }
    assert!(
        head.starts_with(b"HTTP/1.1 101 "),
        "{}",
        head.escape_ascii()
    );
    client
}

/// The next frame.
fn next(client: &mut Secure) -> (u8, Vec<u8>) {
    let mut start = [0; 2];
    client.read_exact(&mut start);
    let mut length = usize::from(start[1]);
    if length == 126 {
        let mut bytes = [0; 2];
        client.read_exact(&mut bytes);
        length = usize::from(u16::from_be_bytes(bytes));
    }
    let mut payload = vec![0; length];
    client.read_exact(&mut payload);
    (start[0], payload)
}

fn bridge(running: &mut Running) -> SocketAddr {
    let lines = running.daemon.log().iter();
    let line = lines.into_iter().find(|line| line.contains("gates="));
    line.and_then(|line| address_in(line)).unwrap()
}

#[test]
fn on_a_gate_and_on_the_bridge() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let listeners = format!(
        "{}[bridge]\naddress = \"127.0.0.1:0\"\n",
        gate(backend.address(), "public-port = 9339")
    );
    let mut running = start(&config(&listeners));
    let bridge = Secure::connect(bridge(&mut running), "one.test", &[&running.one]);
    for (client, path) in [(running.client(), "/"), (bridge, "/9339")] {
        let mut client = upgraded(client, path);
        let (mut said, mut heard) = (vec![0; 300_000], Vec::new());
        Pattern::new(5).fill(&mut said);
        client.send(&frame(PING, b"alive?"));
        for piece in said.chunks(60_000) {
            client.send(&frame(BINARY, piece));
        }
        let mut ponged = false;
        while heard.len() < said.len() || !ponged {
            match next(&mut client) {
                (BINARY, payload) => heard.extend(payload),
                (first, payload) => {
                    assert_eq!((first, &payload[..]), (PONG, &b"alive?"[..]));
                    ponged = true;
                }
            }
        }
        assert!(heard == said);
        client.send(&frame(CLOSE, &1000_u16.to_be_bytes()));
        assert_eq!(next(&mut client), (CLOSE, vec![0x03, 0xe8]));
        assert_eq!(client.hear(), (Vec::new(), Ended::CloseNotify));
    }
}

#[test]
fn refused() {
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
    let running = start(&config(&gate(backend.address(), "public-port = 9339")));
    let mut client = running.client();
    client.send(request("/", Some("https://b.test")).as_bytes());
    let (bytes, end) = client.hear();
    assert!(
        bytes.starts_with(b"HTTP/1.1 403 "),
        "{}",
        bytes.escape_ascii()
    );
    assert_eq!(end, Ended::CloseNotify);
    let mut last = upgraded(running.client(), "/");
    last.send(&frame(BINARY, b"last"));
    last.fin();
    assert_eq!(backend.record(LIMIT).unwrap().bytes, b"last");
}

/// The backend's last bytes arrive before the close frame, and that arrives before the end.
#[test]
fn the_backend_ends() {
    let greeting = vec![7; 100_000];
    let backend = TestBackend::start(BackendBehaviour::Greet(
        greeting.clone(),
        std::time::Duration::ZERO,
    ))
    .unwrap();
    let running = start(&config(&gate(backend.address(), "public-port = 9339")));
    let mut client = upgraded(running.client(), "/");
    let mut heard = Vec::new();
    while heard.len() < greeting.len() {
        heard.extend(next(&mut client).1);
    }
    assert!(heard == greeting);
    drop(backend);
}
