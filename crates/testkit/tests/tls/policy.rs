//! The policy inside TLS, on policy ports and gates, next to the plain-text one.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustls::ProtocolVersion;
use rustls::version::{TLS12, TLS13};
use socket2::{Domain, Socket, Type};
use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::TestClient;
use testkit::folder::Folder;
use testkit::load::REQUEST;
use testkit::namespace::{self, Namespace};
use testkit::needs;

use super::certificates::Issued;
use super::client::{Ended, Secure, session};
use super::{
    LIMIT, LISTEN, REPLY, Running, asks, asks_in_clear, config, gate, is_answered, start, start_in,
    with_certificates,
};

#[test]
fn both_versions_and_in_clear() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    for listener in [LISTEN.to_owned(), gate(backend.address(), "")] {
        let running = start(&config(&listener));
        for (version, name) in [
            (&TLS13, ProtocolVersion::TLSv1_3),
            (&TLS12, ProtocolVersion::TLSv1_2),
        ] {
            let trusted = [&running.one];
            let client =
                Secure::try_connect(running.address, "one.test", &trusted, &[version]).unwrap();
            assert_eq!(client.version(), Some(name));
            asks(client);
            asks_in_clear(running.address);
        }
    }
    // The backend received none of this, or was only connected to and closed.
    assert!(!backend.is_called_within(Duration::from_millis(300)));
}

/// Nothing that was sent after the request costs the reply, however it is cut.
#[test]
fn surplus_and_pieces() {
    let running = start(&config(LISTEN));
    for surplus in [&b""[..], b"x", &vec![b'x'; 100_000]] {
        let mut client = running.client();
        client.send(&[REQUEST, surplus].concat());
        is_answered(&mut client);
    }
    let mut client = running.client();
    for byte in REQUEST {
        client.send(&[*byte]);
    }
    is_answered(&mut client);
    // Without its terminator, the client's close completes it.
    let mut client = running.client();
    client.send(&REQUEST[..22]);
    client.close_notify();
    is_answered(&mut client);
}

/// A policy of several records, to a client that reads slowly.
#[test]
fn a_large_policy() {
    let (running, policy) = start_large();
    let mut client = running.client();
    socket2::SockRef::from(client.socket())
        .set_recv_buffer_size(4_096)
        .unwrap();
    client.send(REQUEST);
    let (bytes, end) = client.hear();
    assert_eq!((bytes.len(), end), (policy.len() + 1, Ended::CloseNotify));
    assert!(bytes.starts_with(policy.as_bytes()) && bytes.ends_with(b"\0"));
}

/// Starts a daemon with a policy of several records. Returns both.
fn start_large() -> (Running, String) {
    let folder = Folder::new().unwrap();
    let rule = "<allow-access-from domain=\"a.test\" to-ports=\"9339\"/>";
    let rules = rule.repeat(60_000 / rule.len());
    let policy = format!("<cross-domain-policy>{rules}</cross-domain-policy>");
    folder.file("large.xml", &policy).unwrap();
    let text = config(LISTEN);
    let (_, rest) = text.split_once("[[listen]]").unwrap();
    let text = format!("[policy.default]\nfile = \"large.xml\"\n[[listen]]{rest}");
    (start_in(folder, &text), policy)
}

/// A client that does not read a large policy is reset after 10 s. It can't mistake a part for the whole policy.
#[test]
fn a_large_policy_to_a_client_that_does_not_read() {
    if !needs::met(namespace::missing()) {
        return;
    }
    let network = Namespace::new().unwrap();
    network
        .set_sysctl("net.ipv4.tcp_wmem", "4096 4096 4096")
        .unwrap();
    let inside = || {
        let (mut running, policy) = start_large();
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(2_048).unwrap();
        socket.connect(&running.address.into()).unwrap();
        let socket = TestClient::from_stream(socket.into())
            .unwrap()
            .into_stream();
        let session = session("one.test", &[&running.one], &[&TLS13]);
        let mut client = Secure::shake(socket, session).unwrap();
        let begun = Instant::now();
        client.send(REQUEST);
        let line = running.daemon.wait_for_line("connection ended", LIMIT);
        assert!(line.unwrap().contains("outcome=\"write-failed\""));
        assert!(begun.elapsed() >= Duration::from_secs(10));
        let (bytes, end) = client.hear();
        assert!(bytes.len() < policy.len(), "{} bytes", bytes.len());
        assert_eq!(end, Ended::Reset);
    };
    network.run(inside).unwrap();
}

/// With Debian's own client.
#[test]
fn openssl() {
    if !needs::met(needs::program("openssl")) {
        return;
    }
    let running = start(&config(LISTEN));
    for version in ["-tls1_2", "-tls1_3"] {
        let mut openssl = Command::new("openssl")
            .args([
                "s_client",
                "-quiet",
                "-verify_return_error",
                "-servername",
                "one.test",
            ])
            .args([version, "-connect", &running.address.to_string(), "-CAfile"])
            .arg(running.folder.path().join("one.pem"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        openssl.stdin.as_mut().unwrap().write_all(REQUEST).unwrap();
        let output = openssl.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(
            output.stdout.escape_ascii().to_string(),
            REPLY.escape_ascii().to_string(),
            "{version}: {said}"
        );
        // It says so if the end is not a valid TLS one.
        assert!(!said.contains("unexpected eof"), "{said}");
    }
}

/// The requested name selects the certificate; without a name, or with an unknown one, it is the first.
#[test]
fn server_names() {
    let folder = Folder::new().unwrap();
    let names = ["two.test", "*.wild.test", "exact.wild.test"];
    let issued = names.map(|name| Issued::to(&[name]));
    for (issued, name) in issued.iter().zip(["two", "wild", "exact"]) {
        issued.write(&folder, name);
    }
    let pairs = ["one", "two", "wild", "exact"]
        .map(|name| format!("{{ certificate = \"{name}.pem\", key = \"{name}.key\" }}"));
    let running = start_in(folder, &with_certificates(LISTEN, &pairs.join(", ")));
    let [two, wild, exact] = &issued;
    for (name, expected) in [
        ("one.test", &running.one),
        ("two.test", two),
        ("TWO.test", two),
        ("a.wild.test", wild),
        ("exact.wild.test", exact),
        // Clients send no name if they only have an address.
        ("127.0.0.1", &running.one),
    ] {
        let trusted = [&running.one, two, wild, exact];
        let client = Secure::connect(running.address, name, &trusted);
        assert!(client.sees(expected), "{name}");
        asks(client);
    }
    // A `*` matches exactly one label.
    for name in ["b.a.wild.test", "wild.test", "unknown.test"] {
        let trusted = [&running.one, two, wild, exact];
        let versions = [&TLS13];
        let error = Secure::try_connect(running.address, name, &trusted, &versions)
            .err()
            .expect("another's certificate");
        assert!(error.to_string().contains("one.test"), "{name}: {error}");
    }
}

/// Without `[tls]` nothing changes: a gate forwards it, and the server behind it does the handshake.
#[test]
fn without_tls() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let text = format!(
        "[policy.default]\nrules = [{{ domain = \"a.test\", ports = \"9339\" }}]\n{}",
        gate(backend.address(), "")
    );
    let running = start(&text);
    let mut client = TestClient::connect(running.address).unwrap();
    client.send(b"\x16\x03\x01");
    let mut called = backend.next(LIMIT).unwrap();
    let mut bytes = [0; 3];
    std::io::Read::read_exact(&mut called, &mut bytes).unwrap();
    assert_eq!(bytes, *b"\x16\x03\x01");
}
