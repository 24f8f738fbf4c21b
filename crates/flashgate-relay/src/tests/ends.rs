//! Half-close, close and reset have the same effect through a relay as without one.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread;

use super::super::{RelayEnd, Stop};
use super::{PATIENCE, TIMEOUTS, end, pair, read_to_end, relay, relay_with, reset};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    HalfClose,
    Close,
    Reset,
}

const ACTS: [Act; 3] = [Act::HalfClose, Act::Close, Act::Reset];

/// Acts on a socket. Returns it if it still exists.
fn act(act: Act, stream: TcpStream) -> Option<TcpStream> {
    match act {
        Act::HalfClose => end(&stream),
        Act::Close => return None,
        Act::Reset => {
            reset(stream);
            return None;
        }
    }
    Some(stream)
}

/// Writes until the peer's reset is visible.
pub(super) fn write_until_reset(mut stream: &TcpStream) -> ErrorKind {
    loop {
        if let Err(error) = stream.write_all(b"x") {
            return error.kind();
        }
        thread::yield_now();
    }
}

/// What both sides see when one acts and then the other does.
fn scene(first: Act, then: Act, mut one: TcpStream, mut other: TcpStream) -> Vec<String> {
    let mut seen = Vec::new();
    let mut note = |what: &str, thing: &dyn std::fmt::Debug| seen.push(format!("{what} {thing:?}"));
    one.write_all(b"before").unwrap();
    // So that a reset can't overtake these bytes.
    let mut before = [0; 6];
    other.read_exact(&mut before).unwrap();
    let left = act(first, one);
    note("other reads", &read_to_end(&other));
    if let Some(one) = left {
        other.write_all(b"after").unwrap();
        let mut after = [0; 5];
        (&one).read_exact(&mut after).unwrap();
        let other = act(then, other);
        note("one reads", &read_to_end(&one));
        drop(other);
    } else {
        note("other fails", &write_until_reset(&other));
        act(then, other);
    }
    seen
}

/// All nine orders, begun by either side, compared with a plain connection.
#[test]
fn every_order_of_ends_is_as_without_a_relay() {
    for (first, then) in ACTS
        .into_iter()
        .flat_map(|first| ACTS.map(|then| (first, then)))
    {
        let (one, other) = pair(None);
        for stream in [&one, &other] {
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
        }
        let direct = scene(first, then, one, other);
        for client_first in [true, false] {
            let expected = direct.clone();
            let report = relay(TIMEOUTS, move |client, backend| {
                let (one, other) = if client_first {
                    (client, backend)
                } else {
                    (backend, client)
                };
                assert_eq!(
                    scene(first, then, one, other),
                    expected,
                    "{first:?} {then:?}"
                );
            });
            let expected = match (first, then, client_first) {
                (Act::HalfClose, Act::HalfClose | Act::Close, _) => RelayEnd::Clean,
                (Act::HalfClose, Act::Reset, true) | (Act::Close | Act::Reset, _, false) => {
                    RelayEnd::BackendReset
                }
                (Act::HalfClose, Act::Reset, false) | (Act::Close | Act::Reset, _, true) => {
                    RelayEnd::ClientReset
                }
            };
            assert_eq!(report.end, expected, "{first:?} {then:?} {client_first}");
        }
    }
}

/// Nothing is read from a side that has ended, but its reset must still be noticed.
#[test]
fn a_reset_after_an_end_is_passed_on() {
    for client_first in [true, false] {
        let report = relay(TIMEOUTS, move |client, backend| {
            let (one, mut other) = if client_first {
                (client, backend)
            } else {
                (backend, client)
            };
            end(&one);
            assert_eq!(other.read(&mut [0; 9]).unwrap(), 0);
            reset(one);
            assert_eq!(write_until_reset(&other), ErrorKind::BrokenPipe);
        });
        let expected = if client_first {
            RelayEnd::ClientReset
        } else {
            RelayEnd::BackendReset
        };
        assert_eq!(report.end, expected);
    }
}

/// Nothing is read from a side whose peer does not read, either.
#[test]
fn a_reset_behind_a_stalled_reader_is_passed_on() {
    let report = relay_with(
        TIMEOUTS,
        Some(4_096),
        &Stop::default(),
        |client, mut backend| {
            fill(&client);
            reset(client);
            // The relay ends before any byte of this is taken.
            assert_eq!(write_until_reset(&backend), ErrorKind::ConnectionReset);
            let _ = backend.read(&mut [0; 9]);
        },
    );
    assert_eq!(report.end, RelayEnd::ClientReset);
}

/// Writes until no byte was taken for a long time, as other threads see it.
pub(super) fn fill(mut stream: &TcpStream) -> usize {
    stream.set_nonblocking(true).unwrap();
    let bytes = vec![0; 65_536];
    let (mut total, mut in_vain) = (0, 0);
    while in_vain < 2_000 {
        let count = stream.write(&bytes).unwrap_or(0);
        total += count;
        in_vain = if count > 0 { 0 } else { in_vain + 1 };
        thread::yield_now();
    }
    stream.set_nonblocking(false).unwrap();
    total
}

#[test]
fn a_cut_resets_both_sides() {
    let stop = Stop::default();
    let cut = stop.clone();
    let report = relay_with(TIMEOUTS, None, &stop, move |mut client, mut backend| {
        client.write_all(b"x").unwrap();
        backend.read_exact(&mut [0; 1]).unwrap();
        cut.cut();
        for side in [client, backend] {
            assert_eq!(
                read_to_end(&side).unwrap_err().1,
                ErrorKind::ConnectionReset
            );
        }
    });
    assert_eq!(report.end, RelayEnd::Stopped);
    // Later relays are also cut.
    let report = relay_with(TIMEOUTS, None, &stop, |client, _backend| {
        assert_eq!(
            read_to_end(&client).unwrap_err().1,
            ErrorKind::ConnectionReset
        );
    });
    assert_eq!(report.end, RelayEnd::Stopped);
}

#[test]
fn a_relay_that_is_dropped_resets_both_sides() {
    let (client, near) = pair(None);
    let (far, backend) = pair(None);
    super::runtime().block_on(async {
        let (near, far) = (super::registered(near), super::registered(far));
        drop(super::Relay::new(
            near,
            far,
            super::Preface::default(),
            TIMEOUTS,
            &Stop::default(),
        ));
    });
    for side in [client, backend] {
        assert_eq!(
            read_to_end(&side).unwrap_err().1,
            ErrorKind::ConnectionReset
        );
    }
}
