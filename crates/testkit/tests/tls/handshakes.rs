//! Handshakes that arrive in pieces or are never completed: each ends in time, is counted, and affects no other client.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use rustls::version::{TLS12, TLS13};
use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient};
use testkit::needs;

use super::client::{Secure, session};
use super::{LIMIT, LISTEN, asks, asks_in_clear, config, gate, start};

/// However TCP cuts the first flight.
#[test]
fn a_hello_in_pieces() {
    let running = start(&config(LISTEN));
    for version in [&TLS13, &TLS12] {
        for piece in [1, 2, 5, 63, 64, 65] {
            let mut session = session("one.test", &[&running.one], &[version]);
            let mut hello = Vec::new();
            session.write_tls(&mut hello).unwrap();
            let mut socket = TestClient::connect(running.address).unwrap().into_stream();
            for piece in hello.chunks(piece) {
                socket.write_all(piece).unwrap();
            }
            asks(Secure::shake(socket, session).unwrap());
        }
        // A single first byte, read separately.
        let mut session = session("one.test", &[&running.one], &[version]);
        let mut hello = Vec::new();
        session.write_tls(&mut hello).unwrap();
        let mut client = TestClient::connect(running.address).unwrap();
        client.send(&hello[..1]);
        assert!(!client.stirs_within(Duration::from_millis(200)));
        client.send(&hello[1..]);
        asks(Secure::shake(client.into_stream(), session).unwrap());
    }
}

/// A client that starts and falls silent is closed when `request` is over, whenever it fell silent.
#[test]
fn silence() {
    let request = Duration::from_secs(3);
    let text = config(LISTEN) + "[limits]\nrequest = \"3s\"\n";
    let mut running = start(&text);
    let mut session = session("one.test", &[&running.one], &[&TLS13]);
    let mut hello = Vec::new();
    session.write_tls(&mut hello).unwrap();
    for said in [
        &b"\x16"[..],
        b"\x16\x03\x01\x02\x00\x01",
        &hello[..100],
        &hello,
    ] {
        let mut client = TestClient::connect(running.address).unwrap();
        client.send(said);
        let heard = client.hear();
        assert_ne!(heard.end, StreamEnd::None);
        assert!(heard.after >= request && heard.after < request + LIMIT / 4);
        running
            .daemon
            .next_line_with("outcome=\"request-timeout\"", LIMIT)
            .unwrap();
    }
    // Silent after the handshake: the time of the handshake is not added.
    let begin = Instant::now();
    let mut client = TestClient::connect(running.address).unwrap();
    client.send(&hello[..1]);
    assert!(!client.stirs_within(request * 2 / 3));
    let mut socket = client.into_stream();
    socket.write_all(&hello[1..]).unwrap();
    Secure::shake(socket, session).unwrap().hear();
    assert!(begin.elapsed() >= request && begin.elapsed() < request * 3 / 2);
}

/// A connection that starts like TLS and is not TLS gets an alert, and the operator gets a log line once a second.
#[test]
fn garbage() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let mut running = start(&config(&gate(backend.address(), "")));
    for said in [
        &b"\x16garbage"[..],
        &[0x16; 64],
        &[0x16; 65],
        &vec![0x16; 100_000],
        b"\x16\x03\x01\xff\xff",
        b"\x16\x03\x01\x00\x00",
        b"\x16\x03\x01\x00\x04\x0b\x00\x00\x00",
    ] {
        let mut client = TestClient::connect(running.address).unwrap();
        client.send(said);
        client.half_close().unwrap();
        let heard = client.hear();
        // An alert: 21, of version 3.x, two bytes, fatal (RFC 8446, 6).
        assert_eq!(
            (heard.bytes.first(), heard.bytes.get(5), heard.end),
            (Some(&21), Some(&2), StreamEnd::Fin),
            "{:?}",
            said.escape_ascii().to_string()
        );
        running
            .daemon
            .next_line_with("outcome=\"tls-failed\"", LIMIT)
            .unwrap();
    }
    let line = running
        .daemon
        .wait_for_line("TLS handshake failed", LIMIT)
        .unwrap();
    assert!(
        line.contains("hint=\"the data begins like TLS but is not"),
        "{line}"
    );
    assert!(!backend.is_called_within(Duration::from_millis(300)));
    asks(running.client());
    asks_in_clear(running.address);
}

/// A flood of broken handshakes is one line a second.
#[test]
fn a_flood_is_few_lines() {
    let mut running = start(&config(LISTEN));
    let begin = Instant::now();
    for _ in 0..300 {
        let mut client = TestClient::connect(running.address).unwrap();
        client.send(b"\x16\x03\x01\0\x04\x01\0\0\0");
        client.hear();
    }
    let lines = running.daemon.log().iter();
    let lines = lines.filter(|line| line.contains("TLS handshake failed"));
    let (lines, seconds) = (lines.count() as u64, begin.elapsed().as_secs() + 2);
    assert!(
        (1..=seconds).contains(&lines),
        "{lines} lines in {seconds} s"
    );
}

/// A client that does not trust the certificate sends an alert, and the operator sees it.
#[test]
fn distrust() {
    let mut running = start(&config(LISTEN));
    for version in [&TLS13, &TLS12] {
        let refused = Secure::try_connect(running.address, "one.test", &[], &[version]);
        assert!(refused.is_err());
        running
            .daemon
            .next_line_with("outcome=\"tls-failed\"", LIMIT)
            .unwrap();
    }
    let line = running
        .daemon
        .wait_for_line("TLS handshake failed", LIMIT)
        .unwrap();
    assert!(line.contains("rejects the certificate"), "{line}");
}

/// TLS 1.1 is refused with an alert, and a hint says why.
#[test]
fn too_old() {
    let mut running = start(&config(LISTEN));
    let mut client = TestClient::connect(running.address).unwrap();
    // A hello of TLS 1.1: version 3.2, 32 bytes of randomness, no session, one cipher, no compression.
    let mut hello = vec![0x16, 3, 1, 0, 45, 1, 0, 0, 41, 3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0, 2, 0, 0x2f, 1, 0]);
    client.send(&hello);
    let mut alert = [0; 7];
    client.read_exact(&mut alert).unwrap();
    assert_eq!((alert[0], alert[5], alert[6]), (21, 2, 40));
    let line = running
        .daemon
        .wait_for_line("TLS handshake failed", LIMIT)
        .unwrap();
    assert!(line.contains("does not support TLS 1.2"), "{line}");
}

#[test]
fn counted() {
    let text = config(LISTEN) + "[admin]\naddress = \"127.0.0.1:0\"\n";
    let running = start(&text);
    asks(running.client());
    let mut client = TestClient::connect(running.address).unwrap();
    client.send(b"\x16garbage");
    client.hear();
    let metrics = || {
        let mut admin = TestClient::connect(running.daemon.admin().unwrap()).unwrap();
        admin.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        String::from_utf8(admin.hear().bytes).unwrap()
    };
    let wanted = [
        "flashgate_tls_handshakes_total{result=\"success\"} 1\n",
        "flashgate_tls_handshakes_total{result=\"tls-failed\"} 1\n",
        "flashgate_connections_total{outcome=\"tls-failed\"} 1\n",
        // What the certificate generator uses as the latest date: the year 4096.
        "flashgate_tls_certificate_not_after_seconds{certificate=\"one.pem\"} 67090118400\n",
    ];
    let mut text = String::new();
    let all = testkit::until(LIMIT, || {
        text = metrics();
        wanted.iter().all(|line| text.contains(line))
    });
    assert!(all, "{text}");
}

/// A resumed session needs no second certificate.
#[test]
fn resumed() {
    if !needs::met(needs::program("openssl")) {
        return;
    }
    let running = start(&config(LISTEN));
    let kept = running.folder.path().join("session");
    let run = |option: &str| {
        let mut openssl = std::process::Command::new("openssl")
            .args(["s_client", "-tls1_2", "-servername", "one.test", "-connect"])
            .args([&running.address.to_string(), option])
            .arg(&kept)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let request = testkit::load::REQUEST;
        openssl.stdin.as_mut().unwrap().write_all(request).unwrap();
        let mut said = Vec::new();
        openssl
            .stdout
            .take()
            .unwrap()
            .read_to_end(&mut said)
            .unwrap();
        openssl.wait().unwrap();
        String::from_utf8_lossy(&said).into_owned()
    };
    assert!(run("-sess_out").contains("\nNew, "));
    let second = run("-sess_in");
    assert!(second.contains("\nReused, "), "{second}");
}
