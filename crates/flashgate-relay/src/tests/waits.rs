//! How long a silent relay is kept.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use super::super::{RelayEnd, RelayTimeouts, Stop};
use super::ends::{fill, write_until_reset};
use super::{TIMEOUTS, end, read_to_end, relay, relay_with};

const SHORT: Duration = Duration::from_millis(500);

/// Much longer than a busy machine delays the test.
const IDLE: Duration = Duration::from_secs(1);

#[test]
fn a_side_that_stays_silent_after_the_other_ended_is_given_up() {
    for client_first in [true, false] {
        let timeouts = RelayTimeouts {
            half_open: SHORT,
            ..TIMEOUTS
        };
        let report = relay(timeouts, move |client, backend| {
            let (one, other) = if client_first {
                (client, backend)
            } else {
                (backend, client)
            };
            end(&one);
            let began = Instant::now();
            (&other).write_all(b"x").unwrap();
            // What was cut must not look complete.
            let cut = (b"x".to_vec(), ErrorKind::ConnectionReset);
            assert_eq!(read_to_end(&one).unwrap_err(), cut);
            let took = began.elapsed();
            assert!(took >= SHORT && took < 10 * SHORT, "{took:?}");
            // Its end arrived first.
            assert_eq!((&other).read(&mut [0; 9]).unwrap(), 0);
        });
        assert_eq!(report.end, RelayEnd::HalfOpenExpired);
    }
}

/// The backend has not received the client's end, which is after bytes that it has no room for.
#[test]
fn an_end_that_has_not_arrived_gets_more_time() {
    let timeouts = RelayTimeouts {
        half_open: Duration::from_millis(40),
        ..TIMEOUTS
    };
    let report = relay_with(
        timeouts,
        Some(4_096),
        &Stop::default(),
        |mut client, backend| {
            // Measured before the last byte, so that a pause of this thread can't make it shorter.
            let began = Instant::now();
            client.write_all(&vec![0; 100_000]).unwrap();
            end(&client);
            assert_eq!(
                read_to_end(&client).unwrap_err().1,
                ErrorKind::ConnectionReset
            );
            let took = began.elapsed();
            assert!(took >= Duration::from_millis(500), "{took:?}");
            drop(backend);
        },
    );
    assert_eq!(report.end, RelayEnd::HalfOpenExpired);
}

/// The client has ended its side, and reads very slowly.
#[test]
fn a_slow_reader_that_has_ended_gets_more_time() {
    let timeouts = RelayTimeouts {
        half_open: Duration::from_millis(40),
        ..TIMEOUTS
    };
    let report = relay(timeouts, |client, mut backend| {
        fill(&backend);
        let began = Instant::now();
        end(&client);
        assert_eq!(backend.read(&mut [0; 9]).unwrap(), 0);
        assert_eq!(write_until_reset(&backend), ErrorKind::BrokenPipe);
        let took = began.elapsed();
        assert!(took >= Duration::from_millis(500), "{took:?}");
    });
    assert_eq!(report.end, RelayEnd::HalfOpenExpired);
}

#[test]
fn idle_counts_only_where_it_is_set() {
    let timeouts = RelayTimeouts {
        idle: Some(IDLE),
        ..TIMEOUTS
    };
    let report = relay(timeouts, |mut client, mut backend| {
        let began = Instant::now();
        let mut last = began;
        // Each byte arrives before the limit, so the relay is kept.
        while began.elapsed() < 2 * IDLE {
            last = Instant::now();
            client.write_all(b"x").unwrap();
            backend.read_exact(&mut [0; 1]).unwrap();
        }
        for side in [client, backend] {
            assert_eq!(
                read_to_end(&side).unwrap_err().1,
                ErrorKind::ConnectionReset
            );
        }
        assert!(last.elapsed() >= IDLE);
    });
    assert_eq!(report.end, RelayEnd::IdleExpired);
}
