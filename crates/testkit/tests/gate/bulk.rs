//! Much data, both ways at once: every byte arrives in its place, and the ends arrive where they should.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Instant;

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::figure;
use testkit::pattern::Pattern;
use testkit::scale::short_or_long;

use super::{LIMIT, config, start};

const MIB: u64 = 1 << 20;

/// Writes this much of a stream, and closes.
fn write(mut to: &TcpStream, number: u64, count: u64) {
    let mut pattern = Pattern::new(number);
    let mut piece = vec![0; 256 * 1024];
    while pattern.place() < count {
        pattern.fill(&mut piece);
        to.write_all(&piece).expect("room");
    }
    to.shutdown(Shutdown::Write).expect("an end");
}

/// Reads to the end and checks each byte; returns how many there were.
fn read(mut from: &TcpStream, number: u64) -> u64 {
    let mut pattern = Pattern::new(number);
    let mut piece = vec![0; 256 * 1024];
    loop {
        let count = from.read(&mut piece).expect("bytes or the end");
        if count == 0 {
            return pattern.place();
        }
        assert!(
            pattern.matches(&piece[..count]),
            "near byte {}",
            pattern.place()
        );
    }
}

#[test]
fn both_ways_at_once() {
    let count = short_or_long(200, 20 * 1024) * MIB;
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let gate = start(&config(
        backend.address(),
        "speaks-first-after = \"20ms\"",
        "",
    ));
    let client = gate.client().into_stream();
    let called = backend.next(LIMIT).unwrap();
    let begin = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| write(&client, 1, count));
        scope.spawn(|| write(&called, 2, count));
        let up = scope.spawn(|| read(&called, 1));
        assert_eq!(read(&client, 2), count, "to the client");
        assert_eq!(up.join().unwrap(), count, "to the backend");
    });
    let took = begin.elapsed();
    figure::report(
        "R16",
        format!(
            "{} MiB each way, every byte in its place, {} MiB/s",
            count / MIB,
            figure::rate(2 * count / MIB, took)
        ),
    );
}
