//! However TCP splits a request, it is answered, and the bytes after it are ignored.

use std::time::Duration;

use flash_policy::accept::{CloseReason, Completion, Operation, ServerSide};
use flash_policy::{Moment, REQUEST};

use crate::world::{Client, End, config, ms, reply};

const NO_TIME: Moment = Moment::ZERO;

/// All 4,194,304 ways to split the 23 bytes of a player.
#[test]
fn every_way_to_cut_a_request() {
    let side = ServerSide::new(config(), NO_TIME);
    assert_eq!(answered(side, REQUEST), 1 << 22);
}

/// Continues in every possible way. Returns in how many of them the request was answered.
fn answered(mut side: ServerSide, left: &[u8]) -> usize {
    match side.poll(NO_TIME) {
        Operation::Write { bytes, .. } => {
            assert_eq!((bytes, left), (reply_bytes(), &b""[..]));
            1
        }
        Operation::Read { until } => {
            assert_eq!(until, deadline(left.len()));
            (1..=left.len())
                .map(|count| {
                    let mut side = side.clone();
                    side.room()[..count].copy_from_slice(&left[..count]);
                    side.handle(Completion::Read(count), NO_TIME);
                    answered(side, &left[count..])
                })
                .sum()
        }
        other @ (Operation::Close(_) | Operation::HandOn(_) | Operation::Abort(_)) => {
            panic!("{other:?}")
        }
    }
}

/// Only a request that lacks just its NUL has a deadline other than that for the first bytes.
fn deadline(missing: usize) -> Moment {
    let wait = if missing == 1 { 300 } else { 10_000 };
    Moment::after(ms(wait))
}

fn reply_bytes() -> &'static [u8] {
    static REPLY: std::sync::LazyLock<flash_policy::Reply> = std::sync::LazyLock::new(reply);
    REPLY.as_bytes()
}

const REQUESTS: [&[u8]; 6] = [
    b"<policy-file-request/>\0",
    b"<policy-file-request />\0",
    b"<policy-file-request/>\n",
    b"<policy-file-request/>\r\n",
    b"<policy-file-request />\r\n",
    b"<policy-file-request/>\0<msg t='sys'/>\0",
];

/// Each kind of request in two pieces, the second one late, and byte by byte.
#[test]
fn every_request_in_pieces_that_come_late() {
    for request in REQUESTS {
        for cut in 0..=request.len() {
            let (start, rest) = request.split_at(cut);
            let client = Client::saying(start).says(200, rest);
            answers(&client.ends(400), request);
        }
        for piece in 1..=request.len() {
            answers(
                &Client::saying(request).in_pieces_of(piece).ends(400),
                request,
            );
        }
    }
}

/// A request without its terminator, split anywhere: answered after a moment, or when the client ends its side.
#[test]
fn every_bare_request_in_pieces_that_come_late() {
    for request in [
        &b"<policy-file-request/>"[..],
        b"<policy-file-request />",
        b"<policy-file-request/>\r",
    ] {
        for cut in 0..=request.len() {
            let (start, rest) = request.split_at(cut);
            let client = Client::saying(start).says(200, rest);
            answers(&client.clone().ends(250), request);
            answers(&client.ends(2000), request);
        }
    }
}

#[track_caller]
fn answers(client: &Client, request: &[u8]) {
    let met = client.meets(&config());
    let at_once = met.received == REQUEST;
    let reason = if at_once {
        CloseReason::AtOnce
    } else {
        CloseReason::Cleanly
    };
    assert_eq!(met.end, End::Closed(reason), "{client:?}");
    assert_eq!(met.sent, reply().as_bytes(), "{client:?}");
    assert!(met.is_ended, "{client:?}");
    assert!(request.starts_with(&met.received), "{client:?}");
    assert!(met.at <= Duration::from_secs(2), "{client:?}");
}
