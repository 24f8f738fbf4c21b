//! Three megabytes in one flush, and back. Chromium chooses how to cut them into frames.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use browser::TestMovie;

use super::{LIMIT, Way, machine};

const COUNT: usize = 3_000_000;

/// The data that the movie sends.
fn poured() -> Vec<u8> {
    let byte = |n: usize| (n * 7 + (n >> 8) * 13 + (n >> 16)).to_le_bytes()[0];
    (0..COUNT).map(byte).collect()
}

/// CRC-32, as the movie computes it.
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), step)
    })
}

/// `stalled` delays the server's reading at first.
#[track_caller]
pub(super) fn pours(way: Way, stalled: impl FnOnce(&TcpStream)) {
    let Some(machine) = machine(way, "play.test", "") else {
        return;
    };
    let server = machine.server();
    let mut visit = machine.visit(TestMovie::Socket);
    visit.wait_for("connect").expect("a movie that starts");
    visit.call("pour", COUNT);
    let mut stream = server.next(LIMIT).expect("a connection");
    visit.wait_for("poured").expect("a flush");
    stalled(&stream);
    let mut taken = vec![0; COUNT];
    stream.read_exact(&mut taken).expect("all of it");
    assert!(taken == poured(), "the bytes differ");
    taken.reverse();
    visit.call("await", COUNT);
    visit.wait_for("awaiting").expect("a movie that waits");
    stream.write_all(&taken).expect("room");
    let received = visit.wait_for("received").expect("all of it");
    assert_eq!(received, format!("{COUNT} {:08X}", crc(&taken)));
}

#[test]
fn through_the_gate() {
    pours(Way::Gate, |_| ());
}

#[test]
fn through_the_bridge() {
    pours(Way::Bridge, |_| ());
}

#[test]
fn over_tls() {
    pours(Way::GateTls, |_| ());
}

#[test]
fn through_the_bridge_over_tls() {
    pours(Way::BridgeTls, |_| ());
}

#[test]
fn the_sum_is_the_usual_one() {
    assert_eq!(crc(b"123456789"), 0xCBF4_3926);
}
