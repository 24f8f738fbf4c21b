//! Backends that send first.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient};
use testkit::load::REQUEST;
use testkit::until;

use super::{LIMIT, config, echoes, is_answered, start};

const SOON: &str = "speaks-first-after = \"20ms\"";

/// A silent client gets the greeting; after that, nothing is inspected.
#[test]
fn reaches_a_silent_client() {
    let backend = TestBackend::start(BackendBehaviour::Greet(
        b"220 hello\r\n".to_vec(),
        Duration::ZERO,
    ))
    .unwrap();
    let gate = start(&config(backend.address(), "", ""));
    let mut client = gate.client();
    let mut greeting = [0; 11];
    client.read_exact(&mut greeting).unwrap();
    assert_eq!(&greeting, b"220 hello\r\n");
    assert!(
        client.elapsed() >= Duration::from_millis(150),
        "{:?}",
        client.elapsed()
    );
    echoes(&mut client, REQUEST);
    client.half_close().unwrap();
    assert_eq!(client.hear().end, StreamEnd::Fin);
    let record = backend.record(LIMIT).unwrap();
    assert_eq!(
        (&record.bytes[..], record.end),
        (&REQUEST[..], StreamEnd::Fin)
    );
}

/// A client that sends at once does not wait, and gets the greeting too.
#[test]
fn reaches_one_that_speaks() {
    let backend =
        TestBackend::start(BackendBehaviour::Greet(b"hello ".to_vec(), Duration::ZERO)).unwrap();
    let gate = start(&config(
        backend.address(),
        "speaks-first-after = \"10s\"",
        "",
    ));
    let mut client = gate.client();
    client.send(b"LOGIN");
    let mut back = [0; 11];
    client.read_exact(&mut back).unwrap();
    assert_eq!(&back, b"hello LOGIN");
    assert!(client.elapsed() < Duration::from_secs(5));
}

/// Connected, but without a greeting yet: a policy request is still answered, other bytes are forwarded.
#[test]
fn before_the_greeting() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let gate = start(&config(backend.address(), SOON, ""));
    let mut client = gate.client();
    let mut called = backend.next(LIMIT).unwrap();
    client.send(REQUEST);
    is_answered(&mut client);
    assert_eq!(
        called.read(&mut [0]).unwrap(),
        0,
        "no bytes, and a clean close"
    );

    let mut client = gate.client();
    let mut called = backend.next(LIMIT).unwrap();
    client.send(b"LOGIN");
    let mut login = [0; 5];
    called.read_exact(&mut login).unwrap();
    assert_eq!(&login, b"LOGIN");
    // Decided: this is a relay now.
    client.send(REQUEST);
    let mut request = [0; REQUEST.len()];
    called.read_exact(&mut request).unwrap();
    assert_eq!(&request, REQUEST);
}

/// The greeting decides, also if the client is in the middle of a request.
#[test]
fn within_a_request() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let gate = start(&config(backend.address(), SOON, ""));
    let mut client = gate.client();
    let mut called = backend.next(LIMIT).unwrap();
    client.send(&REQUEST[..7]);
    called.write_all(b"hello").unwrap();
    let mut greeting = [0; 5];
    client.read_exact(&mut greeting).unwrap();
    client.send(&REQUEST[7..]);
    let mut all = [0; REQUEST.len()];
    called.read_exact(&mut all).unwrap();
    assert_eq!(&all, REQUEST, "all bytes, in order");
}

/// A client that was silent for a long time is still recognized, if the backend is silent too.
#[test]
fn long_silence_on_both_sides() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let limits = "[limits]\nrequest = \"1s\"\n";
    let gate = start(&config(backend.address(), SOON, limits));
    let mut client = gate.client();
    let called = backend.next(LIMIT).unwrap();
    // Longer than a request may take: this silence is inspected, not limited.
    assert!(
        !client.stirs_within(Duration::from_secs(2)),
        "a silent client is kept"
    );
    client.send(REQUEST);
    is_answered(&mut client);
    let heard = TestClient::from_stream(called).unwrap().hear();
    assert_eq!((&heard.bytes[..], heard.end), (&b""[..], StreamEnd::Fin));

    for cut in [1, 10, REQUEST.len()] {
        let mut client = gate.client();
        let called = backend.next(LIMIT).unwrap();
        assert!(!client.stirs_within(Duration::from_millis(1_500)));
        if cut < REQUEST.len() {
            // The time limit of a request starts with its first byte.
            client.send(&REQUEST[..cut]);
            assert!(!client.stirs_within(Duration::from_millis(500)));
            client.send(&REQUEST[cut..]);
            is_answered(&mut client);
        } else {
            echo_by_hand(called, &mut client);
        }
    }
}

/// Each end during such a silence has the same effect as in a relay.
#[test]
fn ends_of_a_long_silence() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let limits = "[limits]\nrequest = \"1s\"\n";
    let gate = start(&config(backend.address(), SOON, limits));
    let before = gate.descriptors();
    let silent = || {
        let mut client = gate.client();
        let called = backend.next(LIMIT).unwrap();
        assert!(!client.stirs_within(Duration::from_millis(1_500)));
        (client, TestClient::from_stream(called).unwrap())
    };
    let (client, mut called) = silent();
    client.half_close().unwrap();
    assert_eq!(called.hear().end, StreamEnd::Fin);
    drop((client, called));

    let (client, mut called) = silent();
    client.reset().unwrap();
    assert_eq!(called.hear().end, StreamEnd::Reset);
    drop(called);

    let (mut client, called) = silent();
    called.half_close().unwrap();
    assert_eq!(client.hear().end, StreamEnd::Fin);
    drop((client, called));

    let (mut client, called) = silent();
    called.reset().unwrap();
    assert_eq!(client.hear().end, StreamEnd::Reset);
    drop(client);
    gate.lets_go(before);
}

/// `idle` applies to two silent sides as to a relay, and the metrics count them as a relay.
#[test]
fn an_idle_silence() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let limits = "[limits]\nrequest = \"1s\"\nidle = \"3s\"\n[admin]\naddress = \"127.0.0.1:0\"\n";
    let gate = start(&config(backend.address(), SOON, limits));
    let mut client = gate.client();
    let called = backend.next(LIMIT).unwrap();
    let counts = || {
        let mut page = TestClient::connect(gate.daemon.admin().unwrap()).unwrap();
        page.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let text = String::from_utf8(page.hear().bytes).unwrap();
        text.contains("flashgate_connections_relaying 1")
    };
    assert!(!counts(), "at first it is not recognized");
    assert!(until(LIMIT, counts), "then it counts as a relay");
    assert_eq!(client.hear().end, StreamEnd::Reset);
    assert_eq!(
        TestClient::from_stream(called).unwrap().hear().end,
        StreamEnd::Reset
    );
    assert!(client.elapsed() >= Duration::from_millis(2_900));
}

/// The relay works, whichever side was silent.
fn echo_by_hand(mut called: std::net::TcpStream, client: &mut TestClient) {
    client.send(b"hello");
    let mut bytes = [0; 5];
    called.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"hello");
    called.write_all(b"there").unwrap();
    client.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"there");
}

/// A client that leaves after flashgate has connected to the backend: the backend sees a close, not a reset.
#[test]
fn a_client_that_leaves() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let gate = start(&config(backend.address(), SOON, ""));
    let before = gate.descriptors();
    let client = gate.client();
    let mut called = backend.next(LIMIT).unwrap();
    client.half_close().unwrap();
    assert_eq!(called.read(&mut [0]).unwrap(), 0);
    drop((client, called));
    gate.lets_go(before);
}
