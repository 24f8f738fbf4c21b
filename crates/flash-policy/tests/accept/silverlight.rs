//! A reply for Silverlight: its clients send no terminator, so the request is answered at its `>`.

use std::time::Duration;

use flash_policy::accept::{AcceptConfig, CloseReason, First, LingerWhen, Timing};
use flash_policy::{Policy, REQUEST, Reply};

use crate::world::{Client, End, ms};

const BARE: &[u8] = b"<policy-file-request/>";

fn reply() -> Reply {
    let policy = Policy::new().allow("*", "4502-4534").unwrap();
    Reply::silverlight(&policy).unwrap()
}

fn config() -> AcceptConfig {
    AcceptConfig::new(reply())
}

/// What the client receives is the file alone, at once. The driver then waits for the client's end.
#[test]
fn a_request_without_a_terminator_is_answered_at_once() {
    for cut in 0..=BARE.len() {
        let (start, rest) = BARE.split_at(cut);
        let met = Client::saying(start).says(0, rest).ends(0).meets(&config());
        assert_eq!(met.end, End::Closed(CloseReason::Cleanly), "{cut}");
        assert_eq!((met.sent, met.at), (reply().as_bytes().to_vec(), ms(0)));
    }
    assert!(!reply().as_bytes().contains(&0));
}

/// The timing of a config applies, except to the terminator.
#[test]
fn another_timing_does_not_bring_the_wait_back() {
    let timing = Timing::default().request(Duration::from_secs(1));
    let config = config().timing(timing.bare(Duration::from_secs(5)));
    assert_eq!(config.longest(), Duration::from_secs(41));
    let met = Client::saying(BARE).ends(0).meets(&config);
    assert_eq!(
        (met.end, met.at),
        (End::Closed(CloseReason::Cleanly), ms(0))
    );
    let met = Client::saying(&BARE[..5]).meets(&config);
    assert_eq!(
        (met.end, met.at),
        (End::HandedOn(First::Deadline), ms(1000))
    );
}

/// Bytes after the request change nothing, whether they arrive with it or after it. So a Flash client is answered too.
#[test]
fn what_follows_does_not_matter() {
    for rest in [&b"\0"[..], b"\n", b"\r\n", b" ", b"<more/>"] {
        let together = Client::saying(&[BARE, rest].concat()).ends(0);
        let apart = Client::saying(BARE).says(10, rest).ends(10);
        for client in [together, apart] {
            let met = client.meets(&config().linger_when(LingerWhen::Always));
            assert_eq!(met.end, End::Closed(CloseReason::Cleanly), "{client:?}");
            assert_eq!(met.sent, reply().as_bytes(), "{client:?}");
        }
    }
    let met = Client::saying(REQUEST).meets(&config());
    assert_eq!(met.end, End::Closed(CloseReason::AtOnce));
}

#[test]
fn everything_else_is_handed_on() {
    for bytes in [
        &b"<policy-file-request>"[..],
        b" <policy-file-request/>",
        b"LOGIN",
    ] {
        let met = Client::saying(bytes).meets(&config());
        assert_eq!(met.end, End::HandedOn(First::Other), "{bytes:?}");
    }
}
