//! Clients that do not read, and peers that send all they can: a session holds a bounded amount of data, and only then
//! (R17).

use std::io::{ErrorKind, Write};
use std::net::TcpStream;

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::scale::short_or_long;
use testkit::websocket::{BINARY, WebSocketClient, header};
use testkit::{cpu, figure, until};

use super::{LIMIT, config, start};

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

/// This many sessions; half of them have started a message that never ends.
fn sessions(
    gate: &super::Running,
    backend: &TestBackend,
    count: u64,
) -> (Vec<TcpStream>, Vec<TcpStream>) {
    let (mut clients, mut called) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let mut client: WebSocketClient = gate.open();
        client.send(&header(BINARY, u64::MAX >> 1));
        clients.push(client.into_stream());
        called.push(backend.next(LIMIT).unwrap());
    }
    (clients, called)
}

const LIMITS: &str = "[limits]\nper-address = \"off\"\n";

#[test]
fn stalled_readers() {
    let count = short_or_long(200, 1_000);
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let gate = start(&config(backend.address(), "", LIMITS));
    let start = cpu::private_kb(gate.daemon.pid()).unwrap();
    let (mut clients, mut called) = sessions(&gate, &backend, count);
    // One way for one half of them, the other way for the other.
    let half = usize::try_from(count / 2).unwrap();
    let written = fill(&mut clients[..half]) + fill(&mut called[half..]);
    let grown = cpu::private_kb(gate.daemon.pid())
        .unwrap()
        .saturating_sub(start);
    figure::report(
        "R17-bridge",
        format!(
            "{count} WebSockets with stalled readers, {} MiB sent without success: {} KiB of memory each",
            written >> 20,
            grown / count
        ),
    );
    assert!(grown <= 72 * count, "{grown} kB for {count} sessions");
    drop((clients, called));
    let descriptors = || cpu::open_files(gate.daemon.pid()).unwrap();
    assert!(
        until(LIMIT, || descriptors() < 40),
        "{} descriptors",
        descriptors()
    );
}

#[test]
fn idle_sessions() {
    let count = short_or_long(1_000, 5_000);
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let limits = "[limits]\nper-address = \"off\"\nrate-per-address = \"off\"\n";
    let gate = start(&config(backend.address(), "", limits));
    // The overhead of the first sessions does not count for each session.
    let warm = sessions(&gate, &backend, 50);
    let before = cpu::private_kb(gate.daemon.pid()).unwrap();
    let kept = sessions(&gate, &backend, count);
    let grown = cpu::private_kb(gate.daemon.pid())
        .unwrap()
        .saturating_sub(before);
    let each = grown * 1024 / count;
    figure::report(
        "C",
        format!("{count} idle WebSockets: {each} bytes of memory each"),
    );
    assert!(each <= 4_000, "{each} bytes for each");
    drop((warm, kept));
}
