//! Unfinished handshakes, and unfinished requests inside TLS: they cost a bounded amount, and are closed to make room.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};

use rustls::version::TLS13;
use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient};
use testkit::load::REQUEST;
use testkit::{cpu, until};

use super::client::{Secure, client_config, session, session_of};
use super::{LIMIT, Running, asks, asks_in_clear, config, gate, start};

/// The budget of 8 MiB has room for 512 of them at most: each counts as 16 KiB, and inside TLS as more.
const CROWD: usize = 1_000;

/// How many of them are closed at least.
const TOO_MANY: usize = CROWD - 512;

/// How much the daemon may grow: the budget, and as much again for tasks, allocators and pages. Without a budget it
/// would be 24 MiB and more.
const MOST_KB: u64 = 16 * 1024;

/// A gate on which unfinished requests may take a long time.
fn patient_gate(backend: &TestBackend) -> Running {
    start(&(config(&gate(backend.address(), "")) + "[limits]\nrequest = \"10m\"\n"))
}

/// Clients of other networks that have done the handshake and sent nothing yet.
fn others(running: &Running) -> Vec<Secure> {
    let from = |network| {
        let source = Ipv4Addr::new(127, 0, network, 1);
        let client = TestClient::connect_from(source, running.address).unwrap();
        let session = session("one.test", &[&running.one], &[&TLS13]);
        Secure::shake(client.into_stream(), session).unwrap()
    };
    (100..108).map(from).collect()
}

/// Which of a crowd were closed, by index.
fn closed(crowd: &[TcpStream]) -> Vec<usize> {
    let places = crowd.iter().enumerate();
    let closed = places.filter(|(_, client)| is_closed(client));
    closed.map(|(place, _)| place).collect()
}

fn is_closed(mut client: &TcpStream) -> bool {
    client.set_nonblocking(true).unwrap();
    // Session tickets come first.
    let end = client.read_to_end(&mut Vec::new());
    end.map_or_else(|error| error.kind() != ErrorKind::WouldBlock, |_| true)
}

/// Of a crowd that starts like this, the oldest are closed. Memory is bounded, and other clients are not affected.
fn a_crowd_gives_way(begin: impl Fn(&Running) -> TcpStream) {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let mut running = patient_gate(&backend);
    let mut player = running.client();
    player.echoes(b"before");
    let others = others(&running);
    let private_kb = |running: &Running| cpu::private_kb(running.daemon.pid()).unwrap();
    let before = private_kb(&running);
    let crowd: Vec<_> = (0..CROWD).map(|_| begin(&running)).collect();
    let oldest_first = until(LIMIT, || {
        let gone = closed(&crowd);
        gone.len() >= TOO_MANY && gone.iter().copied().eq(0..gone.len())
    });
    let gone = closed(&crowd);
    assert!(oldest_first, "{} were closed: {gone:?}", gone.len());
    let oldest = crowd[0].local_addr().unwrap();
    let line = format!("peer={oldest} outcome=\"evicted\"");
    running.daemon.wait_for_line(&line, LIMIT).unwrap();
    let grown = private_kb(&running).saturating_sub(before);
    assert!(grown <= MOST_KB, "{grown} kB for {CROWD} connections");
    player.echoes(b"after");
    asks(running.client());
    asks_in_clear(running.address);
    // By chance, 1 in 1,024, a network is counted with the crowd's.
    let echoes = |mut client: Secure| client.try_echoes(b"still there");
    let served = others.into_iter().map(echoes).filter(|served| *served);
    assert!(
        served.count() >= 6,
        "other clients were closed because of the crowd"
    );
}

/// HTTP heads inside TLS, as long as allowed and without their ends.
#[test]
fn heads() {
    let start = "GET / HTTP/1.1\r\nHost: localhost\r\nX: ";
    let head = format!("{start}{}", "x".repeat(8_000 - start.len()));
    a_crowd_gives_way(|running| {
        let mut client = running.client();
        client.send(head.as_bytes());
        client.into_parts().1
    });
}

/// A hello with a length over the limit, up to this many bytes.
fn endless_hello(length: usize) -> Vec<u8> {
    // One record of 16 KiB, in it a message of 65,520 bytes.
    let mut hello = b"\x16\x03\x01\x40\x00\x01\x00\xff\xf0\x03\x03".to_vec();
    hello.resize(length, 7);
    hello
}

/// Hellos that never end, as long as allowed.
#[test]
fn hellos() {
    let hello = endless_hello(16_000);
    a_crowd_gives_way(|running| {
        let mut client = TcpStream::connect(running.address).unwrap();
        client.write_all(&hello).unwrap();
        client
    });
}

/// A handshake may have 16 KiB: a client that sends more without an end is closed long before its deadline.
#[test]
fn a_handshake_without_end() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let mut running = patient_gate(&backend);
    let mut client = TestClient::connect(running.address).unwrap();
    // The record is complete, and the message is not.
    client.send(&endless_hello(5 + 16 * 1024));
    let heard = client.hear();
    assert_eq!((heard.bytes.len(), heard.end), (0, StreamEnd::Fin));
    let line = running
        .daemon
        .wait_for_line("TLS handshake failed", LIMIT)
        .unwrap();
    assert!(line.contains("at most 16 KiB"), "{line}");
    running
        .daemon
        .wait_for_line("outcome=\"tls-failed\"", LIMIT)
        .unwrap();
}

/// A hello of nearly 16 KiB is accepted.
#[test]
fn a_long_handshake() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let running = patient_gate(&backend);
    let mut config = client_config(&[&running.one], &[&TLS13]);
    config.alpn_protocols = vec![vec![b'x'; 255]; 60];
    let mut session = session_of("one.test", config);
    let mut hello = Vec::new();
    session.write_tls(&mut hello).unwrap();
    assert!(hello.len() > 15_000, "{} bytes", hello.len());
    let mut socket = TestClient::connect(running.address).unwrap().into_stream();
    socket.write_all(&hello).unwrap();
    asks(Secure::shake(socket, session).unwrap());
}

/// Cheap connections stay cheap: those that have only started, and those that were answered and not closed by the
/// client.
#[test]
fn beginnings_and_ends_are_cheap() {
    let request = [&REQUEST[..], b"x"].concat();
    let head = [b"GET /".as_slice(), &[b'x'; 400]].concat();
    let refused = b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n";
    let plain: [(&str, &[u8]); 6] = [
        ("one byte of a hello", b"\x16"),
        ("half a hello", &endless_hello(300)[..200]),
        ("five bytes of a head", b"GET /"),
        ("400 bytes of a head", &head),
        ("a policy that was answered", &request),
        ("HTTP that was answered", refused),
    ];
    for (what, bytes) in plain {
        costs_little((what, 1_000), |running| {
            let mut client = TcpStream::connect(running.address).unwrap();
            client.write_all(bytes).unwrap();
            client
        });
    }
    costs_little(("HTTP that was answered in TLS", 300), |running| {
        let mut client = running.client();
        client.send(refused);
        client.into_parts().1
    });
}

/// Many similar connections take 6 KiB each at most. An answered one took 10 KiB and more, and 18 inside TLS, in
/// earlier versions.
fn costs_little((what, many): (&str, u64), begin: impl Fn(&Running) -> TcpStream) {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let running = patient_gate(&backend);
    asks(running.client());
    let private_kb = || cpu::private_kb(running.daemon.pid()).unwrap();
    let before = private_kb();
    let crowd: Vec<_> = (0..many).map(|_| begin(&running)).collect();
    // The earlier connections were accepted.
    asks_in_clear(running.address);
    let grown = private_kb().saturating_sub(before);
    assert!(grown <= 6 * many, "{what}: {grown} kB for {many}");
    drop(crowd);
}
