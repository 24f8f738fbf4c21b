//! Clients that do not read, and peers that send all they can: the gate holds a bounded amount of data, and only for
//! those.

use std::io::{ErrorKind, Write};
use std::net::TcpStream;

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::scale::short_or_long;
use testkit::{cpu, figure, until};

use super::{LIMIT, asks, config, start};

/// Writes until no stream accepts more; returns how much that was.
fn fill(streams: &mut [TcpStream]) -> usize {
    let piece = vec![0x5a; 64 * 1024];
    let mut written = 0;
    for stream in &mut *streams {
        stream.set_nonblocking(true).unwrap();
    }
    let mut quiet = 0;
    let full = until(LIMIT * 3, || {
        let mut now = 0;
        for stream in &mut *streams {
            loop {
                match stream.write(&piece) {
                    Ok(count) => now += count,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => panic!("{error}"),
                }
            }
        }
        written += now;
        quiet = if now == 0 { quiet + 1 } else { 0 };
        // Half a second in which no stream accepted anything.
        quiet == 100
    });
    assert!(full, "writing never stopped: {written} bytes");
    written
}

#[test]
fn stalled_readers() {
    let count = short_or_long(200, 1_000);
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let limits = "[limits]\nper-address = \"off\"\n";
    let gate = start(&config(backend.address(), "", limits));
    let start = cpu::private_kb(gate.daemon.pid()).unwrap();
    let (mut clients, mut called) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let mut client = gate.client();
        client.send(b"hello");
        clients.push(client.into_stream());
        called.push(backend.next(LIMIT).unwrap());
    }
    // One way for one half of them, the other way for the other.
    let half = usize::try_from(count / 2).unwrap();
    let written = fill(&mut clients[..half]) + fill(&mut called[half..]);
    let grown = cpu::private_kb(gate.daemon.pid())
        .unwrap()
        .saturating_sub(start);
    figure::report(
        "R17",
        format!(
            "{count} relays with stalled readers, {} MiB sent without success: {} KiB of memory each",
            written >> 20,
            grown / count
        ),
    );
    assert!(grown <= 72 * count, "{grown} kB for {count} relays");
    asks(gate.address());
    // Those that close before they are read are closed too.
    drop((clients, called));
    let gone = until(LIMIT, || gate.descriptors() < 40);
    assert!(gone, "{} descriptors", gate.descriptors());
}
