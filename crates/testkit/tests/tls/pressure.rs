//! Clients that do not read: what a TLS relay holds for them is bounded.

use std::io::{ErrorKind, Write as _};
use std::net::TcpStream;

use rustls::ClientConnection;
use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::scale::short_or_long;
use testkit::websocket::{BINARY, header};
use testkit::{cpu, figure, until};

use super::websocket::upgraded;
use super::{LIMIT, asks, config, gate, start};

/// Writes until nothing accepts more: `write` returns how much was sent.
fn fill<T>(all: &mut [T], mut write: impl FnMut(&mut T) -> usize) -> usize {
    let (mut written, mut quiet) = (0, 0);
    let full = until(LIMIT * 3, || {
        let now: usize = all.iter_mut().map(&mut write).sum();
        written += now;
        quiet = if now == 0 { quiet + 1 } else { 0 };
        // Half a second in which nothing was accepted.
        quiet == 100
    });
    assert!(full, "writing never stopped: {written} bytes");
    written
}

/// As much as the socket accepts.
fn in_clear(mut stream: &TcpStream) -> usize {
    let piece = vec![0x5a; 64 * 1024];
    let mut written = 0;
    loop {
        match stream.write(&piece) {
            Ok(count) => written += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return written,
            Err(error) => panic!("{error}"),
        }
    }
}

/// As much as a session and its socket accept.
fn enciphered((session, socket): &mut (ClientConnection, TcpStream)) -> usize {
    let piece = vec![0x5a; 60_000];
    let mut written = 0;
    loop {
        if !session.wants_write() {
            session.writer().write_all(&piece).unwrap();
        }
        match session.write_tls(socket) {
            Ok(count) => written += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return written,
            Err(error) => panic!("{error}"),
        }
    }
}

/// What a client does inside TLS.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Bytes,
    WebSocket,
}

/// Which side sends data that is not read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Senders {
    /// The clients of one half of the connections, and the backend of the other half.
    EitherSide,
    BothSides,
}

/// Many connections whose readers do not read: KiB of memory for each, while idle and then.
fn stalled(what: Use, senders: Senders) -> [u64; 2] {
    let count = short_or_long(100, 1_000);
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let limits = "[limits]\nper-address = \"off\"\nrate-per-address = \"off\"\n";
    let gate = gate(backend.address(), "public-port = 9339");
    let running = start(&(config(&gate) + limits));
    let pid = running.daemon.pid();
    let private = || cpu::private_kb(pid).unwrap();
    asks(running.client());
    let start = private();
    let (mut clients, mut called) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let mut client = running.client();
        match what {
            Use::Bytes => client.send(b"hello"),
            Use::WebSocket => {
                client = upgraded(client, "/");
                // A message that never ends.
                client.send(&header(BINARY, u64::MAX >> 1));
            }
        }
        client.socket().set_nonblocking(true).unwrap();
        clients.push(client.into_parts());
        let stream = backend.next(LIMIT).unwrap();
        stream.set_nonblocking(true).unwrap();
        called.push(stream);
    }
    let idle = private().saturating_sub(start);
    let half = usize::try_from(count / 2).unwrap();
    let (up, down) = match senders {
        Senders::EitherSide => (&mut clients[..half], &mut called[half..]),
        Senders::BothSides => (&mut clients[..], &mut called[..]),
    };
    // First the way down, so that it holds all that it may when the way up begins.
    let written = fill(down, |stream| in_clear(stream)) + fill(up, enciphered);
    let grown = private().saturating_sub(start);
    assert!(
        grown <= 72 * count,
        "{grown} kB for {count} connections, {} MiB sent without success",
        written >> 20
    );
    asks(running.client());
    [idle, grown].map(|kb| kb / count)
}

#[test]
fn relays() {
    let [idle, one_way] = stalled(Use::Bytes, Senders::EitherSide);
    let [_, both_ways] = stalled(Use::Bytes, Senders::BothSides);
    figure::report(
        "R17-tls",
        format!(
            "TLS relays: {idle} KiB of memory each while idle, {one_way} KiB with stalled readers, {both_ways} KiB where \
             neither side reads"
        ),
    );
}

#[test]
fn websockets() {
    let [idle, one_way] = stalled(Use::WebSocket, Senders::EitherSide);
    let [_, both_ways] = stalled(Use::WebSocket, Senders::BothSides);
    figure::report(
        "R17-tls",
        format!(
            "WebSockets over TLS: {idle} KiB of memory each while idle, {one_way} KiB with stalled readers, {both_ways} KiB \
             where neither side reads"
        ),
    );
}
