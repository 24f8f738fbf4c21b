//! What a connection is, and when that is known at the latest.

use std::time::Duration;

use flash_policy::REQUEST;
use flash_policy::accept::{AbortReason, AcceptConfig, CloseReason, First, HttpDetection, Timing};

use crate::world::{Client, End, config, ms, reply};

const BARE: &[u8] = b"<policy-file-request/>";

fn timed(timing: Timing) -> AcceptConfig {
    config().timing(timing)
}

/// The connection is handed on like this at this time, with every byte that was read, and nothing is written.
#[track_caller]
fn hands_on(client: &Client, config: &AcceptConfig, first: First, at: u64, received: &[u8]) {
    let met = client.meets(config);
    assert_eq!(
        (met.end, met.at),
        (End::HandedOn(first), ms(at)),
        "{client:?}"
    );
    assert_eq!(met.received, received, "{client:?}");
    assert!(met.sent.is_empty() && !met.is_ended, "{client:?}");
}

#[test]
fn what_is_no_request_is_handed_on() {
    for (bytes, first) in [
        (&b"LOGIN guest"[..], First::Other),
        (b"<msg t='sys'>", First::Other),
        (b"<policy-file-request/x", First::Other),
        (b"<policy-file-request/>x", First::Other),
        (b"<policy-file-request/>\rx", First::Other),
        (b"GET / HTTP/1.1\r\n\r\n", First::Other),
        (b"\x16\x03\x01\x02", First::Tls),
    ] {
        hands_on(&Client::saying(bytes), &config(), first, 0, bytes);
        let mut client = Client::new();
        for (at, byte) in (0..).zip(bytes) {
            client = client.says(at, &[*byte]);
        }
        let met = client.meets(&config());
        assert_eq!(met.end, End::HandedOn(first), "{bytes:?}");
        assert!(bytes.starts_with(&met.received), "{bytes:?}");
    }
}

/// At most 64 bytes of a long message are read.
#[test]
fn no_more_than_64_bytes_are_read() {
    let long = [b'x'; 1000];
    hands_on(
        &Client::saying(&long),
        &config(),
        First::Other,
        0,
        &long[..64],
    );
}

/// Every prefix of a request, followed by nothing, the end or a reset.
#[test]
fn every_start_of_a_request() {
    for length in 0..BARE.len() {
        let start = &BARE[..length];
        let client = Client::saying(start);
        hands_on(&client, &config(), First::Deadline, 10_000, start);
        hands_on(
            &client.clone().ends(7000),
            &config(),
            First::End,
            7000,
            start,
        );
        let met = client.resets(7000).meets(&config());
        assert_eq!(met.end, End::Aborted(AbortReason::OpeningFailed));
        assert_eq!(met.at, ms(7000));
    }
}

/// The deadline counts from the start. Single bytes do not extend it.
#[test]
fn the_deadline_is_absolute() {
    let mut client = Client::new();
    for (at, byte) in (0..).step_by(700).zip(&BARE[..20]) {
        client = client.says(at, &[*byte]);
    }
    hands_on(&client, &config(), First::Deadline, 10_000, &BARE[..15]);
    let short = timed(Timing::default().request(ms(1000)));
    hands_on(&client, &short, First::Deadline, 1000, &BARE[..2]);
}

/// Silence has its own limit if one is set. After one byte, the full deadline applies again.
#[test]
fn silence() {
    let silence = |limit| timed(Timing::default().silence(limit));
    hands_on(&Client::new(), &silence(ms(200)), First::Silent, 200, b"");
    hands_on(
        &Client::new().says(201, b"x"),
        &silence(ms(200)),
        First::Silent,
        200,
        b"",
    );
    hands_on(
        &Client::new().says(200, b"<"),
        &silence(ms(200)),
        First::Deadline,
        10_000,
        b"<",
    );
    // A limit at or above the full deadline has no effect.
    for limit in [ms(10_000), ms(20_000), Duration::MAX] {
        hands_on(
            &Client::new(),
            &silence(limit),
            First::Deadline,
            10_000,
            b"",
        );
    }
}

/// A request without a terminator is answered after 300 ms of silence, even after the deadline for the first bytes.
#[test]
fn the_wait_for_a_terminator() {
    for (client, config, at) in [
        (Client::saying(BARE), config(), 300),
        (Client::saying(b"<policy-file-request />"), config(), 300),
        (Client::saying(BARE).ends(100), config(), 100),
        // Another byte restarts the wait.
        (Client::saying(BARE).says(200, b"\r"), config(), 500),
        (Client::new().says(9900, BARE), config(), 10_200),
        (
            Client::saying(BARE),
            timed(Timing::default().bare(ms(70))),
            70,
        ),
        (
            Client::saying(BARE),
            timed(Timing::default().bare(Duration::ZERO)),
            0,
        ),
    ] {
        let met = client.meets(&config);
        assert_eq!(met.answered, Some(ms(at)), "{client:?}");
        assert_eq!(met.sent, reply().as_bytes(), "{client:?}");
    }
    hands_on(
        &Client::saying(BARE).says(299, b"x"),
        &config(),
        First::Other,
        299,
        b"<policy-file-request/>x",
    );
}

/// Data that may become HTTP is handed on at once, unless HTTP is to be recognized.
#[test]
fn http_detection() {
    let on = timed(Timing::default().http(HttpDetection::On));
    for bytes in [&b"G"[..], b"MOVE", b"POST", b"GET ", b"GET http"] {
        let client = Client::saying(bytes);
        hands_on(&client, &on, First::Deadline, 10_000, bytes);
        hands_on(&client, &config(), First::Other, 0, bytes);
        hands_on(&client.ends(0), &config(), First::Other, 0, bytes);
    }
    // However it is split.
    let request = &b"GET / HTTP/1.1\r\n\r\n"[..];
    for length in 1..=request.len() {
        let bytes = &request[..length];
        hands_on(&Client::saying(bytes), &config(), First::Other, 0, bytes);
    }
    hands_on(&Client::saying(request), &on, First::Http, 0, request);
    let met = Client::saying(REQUEST).meets(&on);
    assert_eq!(met.end, End::Closed(CloseReason::AtOnce));
}

/// A busy machine loses no request that arrived in time, and does not report silence as a deadline.
#[test]
fn a_driver_that_is_late() {
    let late = |client: Client| client.with_driver_late_by(ms(60_000));
    let met = late(Client::saying(REQUEST)).meets(&config());
    assert_eq!(met.end, End::Closed(CloseReason::AtOnce));
    assert_eq!(met.sent, reply().as_bytes());
    let silence = timed(Timing::default().silence(ms(200)));
    hands_on(&late(Client::new()), &silence, First::Silent, 60_200, b"");
    hands_on(
        &late(Client::saying(b"<")),
        &silence,
        First::Deadline,
        60_000,
        b"<",
    );
}

/// A limit that no clock can represent means never.
#[test]
fn limits_without_an_end() {
    let never = Timing::default()
        .request(Duration::MAX)
        .bare(Duration::MAX)
        .silence(Duration::MAX);
    let year = 365 * 24 * 60 * 60 * 1000;
    hands_on(
        &Client::new().ends(year),
        &timed(never),
        First::End,
        year,
        b"",
    );
    let met = Client::saying(BARE).ends(year).meets(&timed(never));
    assert_eq!(
        (met.end, met.at),
        (End::Closed(CloseReason::Cleanly), ms(year))
    );
}
