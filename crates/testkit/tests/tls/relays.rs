//! Through a gate with TLS: the backend gets the client's data in plain text, ends included.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use rustls::version::{TLS12, TLS13};
use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient};
use testkit::pattern::Pattern;
use testkit::scale::short_or_long;

use super::client::{Ended, Secure};
use super::{LIMIT, Running, asks, config, gate, start};

fn with_backend(manner: BackendBehaviour, more: &str) -> (Running, TestBackend) {
    let backend = TestBackend::start(manner).unwrap();
    let running = start(&config(&gate(backend.address(), more)));
    (running, backend)
}

fn read_to_end(mut stream: &TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    bytes
}

/// 3 MB each way at once, in both versions, every byte in its place.
#[test]
fn bulk() {
    let count = short_or_long(3, 300) << 20;
    for version in [&TLS13, &TLS12] {
        let (running, backend) = with_backend(BackendBehaviour::Hold, "");
        let trusted = [&running.one];
        let mut client =
            Secure::try_connect(running.address, "one.test", &trusted, &[version]).unwrap();
        client.send(b"x");
        let called = backend.next(LIMIT).unwrap();
        (&called).read_exact(&mut [0]).unwrap();
        let (mut session, socket) = client.into_parts();
        thread::scope(|scope| {
            scope.spawn(|| {
                let (mut pattern, mut piece) = (Pattern::new(2), vec![0; 100_000]);
                while pattern.place() < count {
                    pattern.fill(&mut piece);
                    (&called).write_all(&piece).unwrap();
                }
                called.shutdown(Shutdown::Write).unwrap();
            });
            let up = scope.spawn(|| {
                let (mut pattern, mut piece) = (Pattern::new(1), vec![0; 100_000]);
                loop {
                    let got = (&called).read(&mut piece).unwrap();
                    if got == 0 {
                        return pattern.place();
                    }
                    assert!(pattern.matches(&piece[..got]), "near {}", pattern.place());
                }
            });
            let sent = exchange(&mut session, &socket, count);
            assert_eq!(up.join().unwrap(), sent);
        });
    }
}

/// Writes this much and reads to the end, on one thread because a session needs that; returns how much was written.
fn exchange(session: &mut rustls::ClientConnection, mut socket: &TcpStream, count: u64) -> u64 {
    let (mut said, mut heard) = (Pattern::new(1), Pattern::new(2));
    let mut piece = vec![0; 60_000];
    let (mut closed, mut ended) = (false, false);
    socket.set_nonblocking(true).unwrap();
    let done = testkit::until(LIMIT * 6, || {
        loop {
            let mut moved = false;
            if !session.wants_write() && !closed {
                if said.place() < count {
                    said.fill(&mut piece);
                    session.writer().write_all(&piece).unwrap();
                } else {
                    session.send_close_notify();
                    closed = true;
                }
            }
            while session.wants_write() && session.write_tls(&mut socket).is_ok() {
                moved = true;
            }
            if !ended && session.read_tls(&mut socket).is_ok() {
                moved = true;
                session.process_new_packets().unwrap();
                let mut got = vec![0; 20_000];
                while let Ok(count) = session.reader().read(&mut got) {
                    ended |= count == 0;
                    assert!(heard.matches(&got[..count]), "near {}", heard.place());
                    if count == 0 {
                        break;
                    }
                }
            }
            if closed && ended && !session.wants_write() {
                return true;
            }
            if !moved {
                return false;
            }
        }
    });
    assert!(done, "{} sent, {} received", said.place(), heard.place());
    assert!(heard.place() >= count);
    said.place()
}

/// A client that has closed still receives what the backend sends, and the reverse.
#[test]
fn half_close() {
    for fin in [false, true] {
        let (mut running, backend) = with_backend(BackendBehaviour::Hold, "");
        let mut client = running.client();
        client.send(b"question");
        client.close_notify();
        if fin {
            client.fin();
        }
        let mut called = backend.next(LIMIT).unwrap();
        assert_eq!(read_to_end(&called), b"question");
        called.write_all(b"answer").unwrap();
        drop(called);
        assert_eq!(client.hear(), (b"answer".to_vec(), Ended::CloseNotify));
        drop(client);
        let line = running
            .daemon
            .wait_for_line("outcome=\"relayed\"", LIMIT)
            .unwrap();
        assert!(line.contains("from_client=8 from_backend=6"), "{line}");
    }
    let (mut running, backend) = with_backend(BackendBehaviour::Hold, "");
    let mut client = running.client();
    client.send(b"question");
    let mut called = backend.next(LIMIT).unwrap();
    called.read_exact(&mut [0; 8]).unwrap();
    called.shutdown(Shutdown::Write).unwrap();
    assert_eq!(client.hear(), (Vec::new(), Ended::CloseNotify));
    client.send(b"still there");
    client.close_notify();
    assert_eq!(read_to_end(&called), b"still there");
    drop(called);
    running
        .daemon
        .wait_for_line("outcome=\"relayed\"", LIMIT)
        .unwrap();
}

/// A FIN without a `close_notify` also ends the client's side, and the metrics show that the end may not be the
/// client's own.
#[test]
fn truncated() {
    let (mut running, backend) = with_backend(BackendBehaviour::Hold, "");
    let mut client = running.client();
    client.send(b"question");
    client.fin();
    let mut called = backend.next(LIMIT).unwrap();
    assert_eq!(read_to_end(&called), b"question");
    called.write_all(b"answer").unwrap();
    drop(called);
    assert_eq!(client.hear(), (b"answer".to_vec(), Ended::CloseNotify));
    running
        .daemon
        .wait_for_line("outcome=\"client-truncated\"", LIMIT)
        .unwrap();
}

/// The same if it arrives while the bytes could still have become a request.
#[test]
fn truncated_early() {
    let (mut running, backend) =
        with_backend(BackendBehaviour::Hold, "speaks-first-after = \"5s\"");
    for said in [&b"<pol"[..], b""] {
        let mut client = running.client();
        client.send(said);
        client.fin();
        let called = backend.next(LIMIT).unwrap();
        assert_eq!(read_to_end(&called), said);
        drop(called);
        assert_eq!(client.hear(), (Vec::new(), Ended::CloseNotify));
        running
            .daemon
            .next_line_with("outcome=\"client-truncated\"", LIMIT)
            .unwrap();
    }
}

/// A reset stays a reset, whichever side it comes from; so does a forged record.
#[test]
fn resets() {
    let (mut running, backend) = with_backend(BackendBehaviour::Hold, "");
    let begin = |running: &Running| {
        let mut client = running.client();
        client.send(b"x");
        let mut called = backend.next(LIMIT).unwrap();
        called.read_exact(&mut [0]).unwrap();
        (client, called)
    };
    let (client, called) = begin(&running);
    TestClient::from_stream(client.into_parts().1)
        .unwrap()
        .reset()
        .unwrap();
    assert!((&called).read(&mut [0]).is_err());
    running
        .daemon
        .wait_for_line("outcome=\"client-reset\"", LIMIT)
        .unwrap();

    let (mut client, called) = begin(&running);
    TestClient::from_stream(called).unwrap().reset().unwrap();
    assert_eq!(client.hear(), (Vec::new(), Ended::Reset));
    running
        .daemon
        .wait_for_line("outcome=\"backend-reset\"", LIMIT)
        .unwrap();

    let (client, called) = begin(&running);
    let forged = [23, 3, 3, 0, 32].into_iter().chain([0; 32]);
    let forged: Vec<_> = forged.collect();
    client.socket().write_all(&forged).unwrap();
    assert!((&called).read(&mut [0]).is_err());
    running
        .daemon
        .wait_for_line("outcome=\"tls-failed\"", LIMIT)
        .unwrap();
    asks(running.client());
}

/// A client that has only done its handshake receives a backend's greeting.
#[test]
fn greeting() {
    let manner = BackendBehaviour::Greet(b"hello".to_vec(), Duration::ZERO);
    let (running, _backend) = with_backend(manner, "speaks-first-after = \"50ms\"");
    let mut client = running.client();
    let mut greeting = [0; 5];
    client.read_exact(&mut greeting);
    assert_eq!(&greeting, b"hello");
    client.echoes(b"and now for the echo");
    asks(running.client());
}

/// A client that sends its first byte after the backend was connected still does its handshake.
#[test]
fn a_late_hello() {
    let (running, backend) = with_backend(BackendBehaviour::Hold, "speaks-first-after = \"20ms\"");
    let client = TestClient::connect(running.address).unwrap();
    // It was connected because of the silence, and is closed.
    drop(backend.next(LIMIT).unwrap());
    drop(client);
    let mut client = TestClient::connect(running.address).unwrap();
    let called = backend.next(LIMIT).unwrap();
    let session = super::client::session("one.test", &[&running.one], &[&TLS13]);
    client.send(b"");
    let mut client = Secure::shake(client.into_stream(), session).unwrap();
    client.send(b"hello");
    // A new connection, because the handshake came before any data on the other one.
    let mut second = backend.next(LIMIT).unwrap();
    let mut hello = [0; 5];
    second.read_exact(&mut hello).unwrap();
    assert_eq!((&hello, read_to_end(&called)), (b"hello", Vec::new()));
}

/// HTTP inside TLS goes to its own server, and the PROXY header names the client.
#[test]
fn http_and_proxy() {
    let http = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let more = format!("http-backend = \"{}\"\nsend-proxy = \"v1\"", http.address());
    let (running, backend) = with_backend(BackendBehaviour::Hold, &more);
    let mut client = running.client();
    client.send(b"GET / HTTP/1.1\r\n\r\n");
    let mut called = http.next(LIMIT).unwrap();
    let mut head = [0; 18];
    called.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"GET / HTTP/1.1\r\n\r\n");

    let mut client = running.client();
    client.send(b"login");
    let mine = client.socket().local_addr().unwrap();
    client.close_notify();
    let called = backend.next(LIMIT).unwrap();
    let expected = format!(
        "PROXY TCP4 127.0.0.1 127.0.0.1 {} {}\r\nlogin",
        mine.port(),
        running.address.port()
    );
    assert_eq!(
        read_to_end(&called).escape_ascii().to_string(),
        expected.as_bytes().escape_ascii().to_string()
    );
}

/// A half-open relay without traffic is closed, as in plain text.
#[test]
fn half_open() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let text = config(&gate(backend.address(), "")) + "[limits]\nhalf-open = \"1s\"\n";
    let mut running = start(&text);
    let mut client = running.client();
    client.send(b"x");
    client.close_notify();
    let called = backend.next(LIMIT).unwrap();
    running
        .daemon
        .wait_for_line("outcome=\"half-open-timeout\"", LIMIT)
        .unwrap();
    assert_eq!(client.hear(), (Vec::new(), Ended::Reset));
    drop(called);
}

/// `idle` also ends a client that sends part of a TLS record and then nothing.
#[test]
fn an_idle_silence_behind_half_a_record() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let limits = "[limits]\nrequest = \"1s\"\nidle = \"2s\"\n";
    let running =
        start(&(config(&gate(backend.address(), "speaks-first-after = \"1ms\"")) + limits));
    let (_, mut socket) = running.client().into_parts();
    let called = backend.next(LIMIT).unwrap();
    socket.write_all(&[0x17, 3, 3]).unwrap();
    let mut client = TestClient::from_stream(socket).unwrap();
    assert_eq!(client.hear().end, StreamEnd::Reset);
    let mut called = TestClient::from_stream(called).unwrap();
    assert_eq!(called.hear().end, StreamEnd::Reset);
}
