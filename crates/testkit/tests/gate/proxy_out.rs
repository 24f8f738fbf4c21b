//! `send-proxy`: the header that the backend receives before the first byte of the client.

use std::io::Read as _;
use std::net::SocketAddr;

use testkit::backend::{Absent, BackendBehaviour, TestBackend};
use testkit::client::StreamEnd;
use testkit::load::REQUEST;

use super::{LIMIT, config, is_answered, start};

const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";

/// The header of version 1, or of version 2 without extensions, for these addresses.
fn header(version: &str, from: SocketAddr, to: SocketAddr) -> Vec<u8> {
    let (SocketAddr::V4(source), SocketAddr::V4(target)) = (from, to) else {
        panic!("expected IPv4");
    };
    let (source_ip, target_ip) = (source.ip(), target.ip());
    let (source_port, target_port) = (source.port(), target.port());
    if version == "v1" {
        return format!("PROXY TCP4 {source_ip} {target_ip} {source_port} {target_port}\r\n")
            .into_bytes();
    }
    [
        &SIGNATURE[..],
        &[0x21, 0x11, 0, 12],
        &source_ip.octets(),
        &target_ip.octets(),
        &source_port.to_be_bytes(),
        &target_port.to_be_bytes(),
    ]
    .concat()
}

#[test]
fn the_clients_own_address() {
    for version in ["v1", "v2"] {
        let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
        let gate = start(&config(
            backend.address(),
            &format!("send-proxy = \"{version}\""),
            "",
        ));
        for message in [b"LOGIN".to_vec(), vec![7; 100_000]] {
            let mut client = gate.client();
            let header = header(version, client.address().unwrap(), gate.address());
            client.send(&message);
            client.half_close().unwrap();
            assert_eq!(client.hear().end, StreamEnd::Fin);
            let record = backend.record(LIMIT).unwrap();
            assert!(
                record.bytes == [&header[..], &message].concat(),
                "{version}: {}",
                record.bytes.escape_ascii()
            );
        }
    }
}

/// A backend that sends first receives it too. One that was contacted for nothing receives at most the header.
#[test]
fn before_anybody_has_spoken() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let keys = "send-proxy = \"v2\"\nspeaks-first-after = \"20ms\"";
    let gate = start(&config(backend.address(), keys, ""));
    let mut client = gate.client();
    let expected = header("v2", client.address().unwrap(), gate.address());
    let mut called = backend.next(LIMIT).unwrap();
    let mut found = vec![0; expected.len()];
    called.read_exact(&mut found).unwrap();
    assert_eq!(found, expected);
    client.send(REQUEST);
    is_answered(&mut client);
    assert_eq!(
        called.read(&mut [0]).unwrap(),
        0,
        "no other bytes, and a clean close"
    );
}

/// If the client is gone when its backend is reached at last, the header is still sent, because bytes without a header
/// would be read as one.
#[test]
fn a_client_that_has_gone() {
    // Its queue has room for one connection, and has one.
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket
        .bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())
        .unwrap();
    socket.listen(0).unwrap();
    let backend = std::net::TcpListener::from(socket);
    let address = backend.local_addr().unwrap();
    let queued = std::net::TcpStream::connect(address).unwrap();
    let keys = "send-proxy = \"v1\"";
    let mut gate = start(&config(
        address,
        keys,
        "[limits]\nbackend-connect = \"1m\"\n",
    ));
    let mut client = gate.client();
    let expected = header("v1", client.address().unwrap(), gate.address());
    client.send(b"LOGIN");
    // Its first bytes have been read, and flashgate is connecting to the backend.
    let dials = testkit::until(LIMIT, || dialling(address));
    assert!(dials, "expected an unanswered SYN");
    client.reset().unwrap();
    drop(queued);
    let (first, _) = backend.accept().unwrap();
    drop(first);
    let (mut called, _) = backend.accept().unwrap();
    let mut found = vec![0; expected.len()];
    called.read_exact(&mut found).unwrap();
    assert_eq!(
        found.escape_ascii().to_string(),
        expected.escape_ascii().to_string()
    );
    assert!(!gate.daemon.has_ended());
}

/// Whether a SYN to a port is unanswered (`SYN_SENT` is 02 in proc(5)).
fn dialling(address: SocketAddr) -> bool {
    let table = std::fs::read_to_string("/proc/net/tcp").expect("a table of sockets");
    let remote = format!(":{:04X} 02 ", address.port());
    table.lines().any(|line| line.contains(&remote))
}

/// What a trusted balancer reports about the client is passed on.
#[test]
fn the_address_that_was_told() {
    let told = b"PROXY TCP4 203.0.113.9 203.0.113.1 5000 9339\r\n";
    for version in ["v1", "v2"] {
        let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
        let keys = format!("accept-proxy = [\"127.0.0.0/8\"]\nsend-proxy = \"{version}\"");
        let gate = start(&config(backend.address(), &keys, ""));
        let mut client = gate.client();
        client.send(told);
        client.send(b"LOGIN");
        client.half_close().unwrap();
        assert_eq!(client.hear().end, StreamEnd::Fin);
        let header = header(
            version,
            "203.0.113.9:5000".parse().unwrap(),
            "203.0.113.1:9339".parse().unwrap(),
        );
        assert_eq!(
            backend.record(LIMIT).unwrap().bytes,
            [&header[..], b"LOGIN"].concat()
        );
    }
}

/// A balancer's health check names no client: the backend gets the balancer's own address.
#[test]
fn nobody_was_told() {
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
    let keys = "accept-proxy = [\"127.0.0.0/8\"]\nsend-proxy = \"v1\"";
    let gate = start(&config(backend.address(), keys, ""));
    let mut client = gate.client();
    let header = header("v1", client.address().unwrap(), gate.address());
    client.send(b"PROXY UNKNOWN\r\nLOGIN");
    client.half_close().unwrap();
    assert_eq!(client.hear().end, StreamEnd::Fin);
    let found = backend.record(LIMIT).unwrap().bytes;
    let unknown = b"PROXY UNKNOWN\r\n".to_vec();
    assert!(
        [header, unknown]
            .iter()
            .any(|header| found == [&header[..], b"LOGIN"].concat()),
        "{}",
        found.escape_ascii()
    );
}

/// HTTP on the same port goes to the web server byte for byte: the header is for the game only.
#[test]
fn to_the_web_server() {
    let nobody = Absent::reserve(([127, 0, 0, 1], 0).into()).unwrap();
    let web = TestBackend::start(BackendBehaviour::Record).unwrap();
    let keys = format!("send-proxy = \"v1\"\nhttp-backend = \"{}\"", web.address());
    let gate = start(&config(nobody.address(), &keys, ""));
    let mut client = gate.client();
    let request = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
    client.send(request);
    client.half_close().unwrap();
    assert_eq!(client.hear().end, StreamEnd::Fin);
    assert_eq!(web.record(LIMIT).unwrap().bytes, request);
}
