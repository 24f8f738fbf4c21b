//! Bytes that are not a policy request reach the backend unchanged, and do not wait longer than necessary.

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient};
use testkit::figure;
use testkit::load::REQUEST;
use testkit::scale::short_or_long;

use super::{config, echoes, start};

/// Random numbers that are the same in every run (xorshift64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn bytes(&mut self, below: usize) -> Vec<u8> {
        let count = self.below(below);
        (0..count)
            .map(|_| u8::try_from(self.below(256)).unwrap())
            .collect()
    }
}

const BEGINNINGS: [&[u8]; 20] = [
    b"",
    b"<",
    b"<p",
    b"<policy-file-request/x",
    b"<policy-file-request/>>",
    b"<policy-file-request/>\rx",
    b"<policy-file-request/> \0",
    b"<policy-file-request  />\0",
    b"<Policy-File-Request/>\0",
    b" <policy-file-request/>\0",
    b"\xef\xbb\xbf<policy-file-request/>\0",
    b"<msg t='sys'><body action='verChk' r='0'><ver v='165' /></body></msg>\0",
    b"GET / HTTP/1.1\r\nHost: a.test\r\nUpgrade: h2c\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a.test\r\n",
    b"POST /form HTTP/1.0\r\n\r\n",
    b"UPDATE",
    b"GET /\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"PROXY TCP4 203.0.113.9 203.0.113.1 5000 9339\r\n<policy-file-request/>\0",
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11",
];

/// The nth opening that is not a request.
fn opening(nth: usize, chance: &mut Chance) -> Vec<u8> {
    let tail = if nth.is_multiple_of(50) {
        chance.bytes(100_000)
    } else {
        chance.bytes(64)
    };
    let mut bytes = match nth % 4 {
        0 => BEGINNINGS[chance.below(BEGINNINGS.len())].to_vec(),
        1 => REQUEST[..chance.below(REQUEST.len())].to_vec(),
        2 => b"<policy-file-request />"[..chance.below(24)].to_vec(),
        _ => Vec::new(),
    };
    bytes.extend(tail);
    // A long head is not forwarded.
    if bytes.first().is_some_and(u8::is_ascii_uppercase) {
        bytes.truncate(4_000);
    }
    if is_request(&bytes) {
        bytes.insert(0, b'!');
    }
    bytes
}

/// Whether it starts with a request. One without its terminator counts, because the client closes after it.
fn is_request(bytes: &[u8]) -> bool {
    [&b"<policy-file-request/>"[..], b"<policy-file-request />"]
        .iter()
        .filter_map(|request| bytes.strip_prefix(*request))
        .any(|rest| matches!(rest, [] | [0 | b'\n', ..] | [b'\r'] | [b'\r', b'\n', ..]))
}

/// Sends them one after the other, in pieces, and compares what the backend echoes.
fn openings(to: SocketAddr, count: usize, seed: u64) {
    let mut chance = Chance(seed);
    for nth in 0..count {
        let bytes = opening(nth, &mut chance);
        let mut client = TestClient::connect(to).expect("a connection");
        let mut rest = &bytes[..];
        for _ in 0..chance.below(4) {
            let (piece, more) = rest.split_at(chance.below(rest.len() + 1));
            assert!(client.send(piece), "opening {nth} of {seed:#x}");
            rest = more;
        }
        assert!(client.send(rest));
        client.half_close().unwrap();
        let heard = client.hear();
        assert_eq!(
            heard.end,
            StreamEnd::Fin,
            "opening {nth} of {seed:#x}: {}",
            bytes.escape_ascii()
        );
        assert_eq!(
            heard.bytes.escape_ascii().to_string(),
            bytes.escape_ascii().to_string(),
            "opening {nth} of {seed:#x}"
        );
    }
}

#[test]
fn random() {
    let each = short_or_long(1_250, 250_000);
    let (backend, web) = (
        TestBackend::start(BackendBehaviour::Echo).unwrap(),
        TestBackend::start(BackendBehaviour::Echo).unwrap(),
    );
    // With WebSockets, HTTP does not go to the backend. Other requests go to a web server, unchanged.
    let http = format!("http-backend = \"{}\"", web.address());
    let opaque = start(&config(backend.address(), "websocket = false", ""));
    let usual = start(&config(backend.address(), &http, ""));
    let (opaque, usual) = (opaque.address(), usual.address());
    thread::scope(|scope| {
        for (to, seed) in [
            (opaque, 0x5eed),
            (opaque, 0xfeed),
            (usual, 0xbead),
            (usual, 0xcafe),
        ] {
            scope.spawn(move || openings(to, each, seed));
        }
    });
    figure::report(
        "openings",
        format!(
            "{} random openings: every byte reached the backend",
            4 * each
        ),
    );
}

/// None of these wait: neither for the deadline of a request nor for `speaks-first-after`.
#[test]
fn short_first_messages() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let limits = "[limits]\nrequest = \"30s\"\n";
    let gate = start(&config(
        backend.address(),
        "speaks-first-after = \"20s\"\nwebsocket = false",
        limits,
    ));
    for first in [
        "L",
        "\0",
        "\n",
        "LOGIN",
        "<m",
        "<policy-file-request/x",
        "\u{16}",
        "GE",
        "G",
    ] {
        let mut client = gate.client();
        echoes(&mut client, first.as_bytes());
        assert!(
            client.elapsed() < Duration::from_secs(10),
            "{first:?}: {:?}",
            client.elapsed()
        );
        echoes(&mut client, b"and more");
    }
}

/// Bytes that may still become a request are held for as long as a request may take, and are then forwarded whole.
#[test]
fn proper_prefixes() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let limits = "[limits]\nrequest = \"1s\"\n";
    let gate = start(&config(backend.address(), "", limits));
    let to = gate.address();
    thread::scope(|scope| {
        for length in 1..22 {
            scope.spawn(move || {
                let mut client = TestClient::connect(to).unwrap();
                echoes(&mut client, &REQUEST[..length]);
                assert!(
                    client.elapsed() >= Duration::from_millis(900),
                    "{:?}",
                    client.elapsed()
                );
                echoes(&mut client, REQUEST);
            });
        }
    });
    // A close by the client means that no more bytes will come.
    for length in 0..22 {
        let mut client = gate.client();
        client.send(&REQUEST[..length]);
        client.half_close().unwrap();
        let heard = client.hear();
        assert_eq!(
            (&heard.bytes[..], heard.end),
            (&REQUEST[..length], StreamEnd::Fin)
        );
    }
}
