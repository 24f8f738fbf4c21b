//! Readers that take nothing: what a TLS relay holds for them is bounded.

use std::io::{ErrorKind, Write as _};
use std::net::TcpStream;

use testkit::backend::{Backend, Manner};
use testkit::scale::short_or_long;
use testkit::{cpu, figure, until};

use super::client::Secure;
use super::{LIMIT, asks, config, gate, start};

/// Writes until nobody has room any more: `write` says how much went out.
fn fill<T>(all: &mut [T], mut write: impl FnMut(&mut T) -> usize) -> usize {
    let (mut written, mut quiet) = (0, 0);
    let full = until(LIMIT * 3, || {
        let now: usize = all.iter_mut().map(&mut write).sum();
        written += now;
        quiet = if now == 0 { quiet + 1 } else { 0 };
        // Half a second without room anywhere.
        quiet == 100
    });
    assert!(full, "there is always room for more: {written} bytes");
    written
}

/// As much as the socket takes.
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

#[test]
fn stalled_readers() {
    let count = short_or_long(200, 1_000);
    let backend = Backend::start(Manner::Hold).unwrap();
    let limits = "[limits]\nper-address = \"off\"\nrate-per-address = \"off\"\n";
    let running = start(&(config(&gate(backend.address(), "")) + limits));
    let pid = running.daemon.pid();
    let resident = || cpu::resident_kb(pid).unwrap();
    asks(running.client());
    let start = resident();
    let (mut clients, mut called) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let mut client = running.client();
        client.send(b"hello");
        client.socket().set_nonblocking(true).unwrap();
        clients.push(client);
        let stream = backend.next(LIMIT).unwrap();
        stream.set_nonblocking(true).unwrap();
        called.push(stream);
    }
    let idle = resident().saturating_sub(start);
    // One way for one half of them, the other way for the other; and for a few both ways.
    let half = usize::try_from(count / 2).unwrap();
    let mut sessions: Vec<_> = clients.into_iter().map(Secure::into_parts).collect();
    let piece = vec![0x5a; 60_000];
    let up = fill(&mut sessions[..half], |(session, socket)| {
        if !session.wants_write() {
            session.writer().write_all(&piece).unwrap();
        }
        let mut written = 0;
        while let Ok(count) = session.write_tls(socket) {
            written += count;
            if !session.wants_write() {
                session.writer().write_all(&piece).unwrap();
            }
        }
        written
    });
    let written = up + fill(&mut called[half - 10..], |stream| in_clear(stream));
    let grown = resident().saturating_sub(start);
    figure::report(
        "R17",
        format!(
            "{count} TLS relays: {} KiB of memory each while idle, {} KiB with stalled readers, {} MiB sent in vain",
            idle / count,
            grown / count,
            written >> 20
        ),
    );
    assert!(grown <= 72 * count, "{grown} kB for {count} relays");
    asks(running.client());
}
