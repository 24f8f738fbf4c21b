//! Sending the reply and ending the stream: no data is lost, and no wait exceeds the limits.

use std::time::Duration;

use flash_policy::accept::{
    AbortReason, AcceptConfig, CloseReason, Closing, Completion, First, Linger, LingerWhen,
    Opening, Operation, Rest, ServerSide,
};
use flash_policy::{Moment, REQUEST};

use crate::world::{Client, Deed, End, Met, config, ms, reply};

/// A request with a byte after it: closing at once would send a reset.
const MORE: &[u8] = b"<policy-file-request/>\0x";

fn lingers(linger: Linger) -> AcceptConfig {
    config().linger(linger)
}

/// The whole reply was sent, and the connection ended like this at this time.
#[track_caller]
fn closes(client: &Client, config: &AcceptConfig, reason: CloseReason, at: u64) -> Met {
    let met = client.meets(config);
    assert_eq!(
        (met.end, met.at),
        (End::Closed(reason), ms(at)),
        "{client:?}"
    );
    assert_eq!(met.sent, reply().as_bytes(), "{client:?}");
    met
}

#[test]
fn a_players_request_is_closed_at_once() {
    let met = closes(&Client::saying(REQUEST), &config(), CloseReason::AtOnce, 0);
    assert_eq!((met.received, met.discarded), (REQUEST.to_vec(), 0));
    assert!(met.is_ended);
}

/// In TLS, at least a `close_notify` follows.
#[test]
fn lingering_can_be_asked_for() {
    let always = config().linger_when(LingerWhen::Always);
    let client = Client::saying(REQUEST).ends(70);
    closes(&client, &always, CloseReason::Cleanly, 70);
}

/// Everything after the request is read and discarded until the client ends its side.
#[test]
fn what_follows_a_request_is_dropped() {
    for length in [1, 40, 41, 42, 100, 50_000] {
        let sent = [REQUEST, &vec![b'x'; length][..]].concat();
        let client = Client::saying(&sent).says(50, b"more").ends(100);
        let met = closes(&client, &config(), CloseReason::Cleanly, 100);
        assert_eq!(met.received.len() + met.discarded, sent.len() + 4);
        assert!(met.is_ended);
    }
}

#[test]
fn lingering_has_limits_of_time() {
    use CloseReason::{Failed, Silence, TimeUp};
    let talking = |interval: usize| {
        let times = (0..100_000).step_by(interval);
        times.fold(Client::saying(MORE), |client, at| client.says(at, b"x"))
    };
    let limits = |between_reads, total| {
        lingers(
            Linger::default()
                .between_reads(ms(between_reads))
                .total(ms(total)),
        )
    };
    closes(&Client::saying(MORE), &config(), Silence, 5000);
    closes(
        &Client::saying(MORE).says(4999, b"x"),
        &config(),
        Silence,
        9999,
    );
    closes(&talking(1000), &config(), TimeUp, 30_000);
    closes(&talking(1000), &limits(900, 30_000), Silence, 900);
    closes(&talking(1000), &limits(5000, 12_500), TimeUp, 12_500);
    // With both limits equal, the total counts.
    closes(&Client::saying(MORE), &limits(5000, 5000), TimeUp, 5000);
    closes(&Client::saying(MORE).resets(60), &config(), Failed, 60);
    let never = Linger::default()
        .between_reads(Duration::MAX)
        .total(Duration::MAX);
    let client = Client::saying(MORE).ends(1_000_000_000);
    closes(
        &client,
        &lingers(never),
        CloseReason::Cleanly,
        1_000_000_000,
    );
}

#[test]
fn lingering_has_a_limit_of_bytes() {
    let limited = lingers(Linger::default().bytes(3000));
    let client = |behind: usize| Client::saying(MORE).says(10, &vec![b'x'; behind]).ends(20);
    closes(&client(3000), &limited, CloseReason::Cleanly, 20);
    let met = closes(&client(3001), &limited, CloseReason::TooMuch, 10);
    assert_eq!(met.discarded, 3001);
    closes(&client(1_000_000), &config(), CloseReason::Cleanly, 20);
}

/// A client that reads slowly receives the whole reply, in order.
#[test]
fn a_reply_in_pieces() {
    for piece in 1..=reply().as_bytes().len() {
        let mut client = Client::saying(REQUEST).room(0);
        for at in 1..=200 {
            client = client.does(at, Deed::Takes(piece));
        }
        let at = reply().as_bytes().len().div_ceil(piece);
        let at = u64::try_from(at).unwrap();
        closes(&client, &config(), CloseReason::AtOnce, at);
    }
}

#[test]
fn a_client_that_does_not_take_the_reply() {
    let fails = |client: &Client, config: &AcceptConfig, reason, at| {
        let met = client.meets(config);
        assert_eq!(
            (met.end, met.at),
            (End::Aborted(reason), ms(at)),
            "{client:?}"
        );
        met.sent.len()
    };
    let (taken, failed) = (AbortReason::ReplyNotTaken, AbortReason::ReplyFailed);
    let client = Client::saying(REQUEST).room(30);
    assert_eq!(fails(&client, &config(), taken, 10_000), 30);
    // Single bytes do not extend it.
    let slow = (1..30).fold(client.clone(), |client, at| {
        client.does(at * 1000, Deed::Takes(1))
    });
    assert_eq!(fails(&slow, &config(), taken, 10_000), 40);
    let patient = config().write_limit(ms(20_000));
    assert_eq!(fails(&client, &patient, taken, 20_000), 30);
    assert_eq!(fails(&client.resets(5000), &config(), failed, 5000), 30);
    // The end of the stream is part of the reply, whatever follows: TLS may write the reply only then.
    for request in [REQUEST, MORE] {
        let held_up = Client::saying(request).holds_up_end();
        fails(&held_up, &config(), taken, 10_000);
        fails(&held_up.clone().resets(5000), &config(), failed, 5000);
        // Sending the reply and ending the stream share one limit.
        let slow = held_up.room(30).does(9000, Deed::Takes(1000));
        fails(&slow, &config(), taken, 10_000);
    }
}

/// A driver that was busy for longer than the limit still ends the stream after a reply that was sent.
#[test]
fn a_reply_that_is_reported_late() {
    let mut side = reading(REQUEST, config());
    assert!(matches!(side.poll(Moment::ZERO), Operation::Write { .. }));
    let late = Moment::after(ms(50_000));
    side.handle(Completion::Wrote(reply().as_bytes().len()), late);
    let until = late + ms(10_000);
    let end = Operation::Close(Closing::End { until });
    assert_eq!(side.poll(late), end);
}

/// A busy machine does not take input that arrived in time for silence.
#[test]
fn a_driver_that_is_late() {
    let client = Client::saying(MORE)
        .says(4000, b"x")
        .says(8000, b"x")
        .ends(12_000);
    let late = client.with_driver_late_by(ms(6000));
    closes(&late, &config(), CloseReason::Cleanly, 18_000);
}

/// A server that has already read and written can leave the rest to the machine.
#[test]
fn a_connection_is_taken_over_anywhere() {
    let mut opening = Opening::new();
    opening.room()[..23].copy_from_slice(REQUEST);
    opening.advance(23);
    assert_eq!(opening.first(), Some(First::Policy(Rest::Nothing)));
    let mut side = ServerSide::resume(opening, config(), Moment::ZERO);
    let whole = reply();
    let late = Moment::after(ms(50_000));
    assert!(matches!(side.poll(late), Operation::Write { bytes, .. } if bytes == whole.as_bytes()));
    side.handle(Completion::Wrote(10), late);
    assert!(matches!(side.poll(late), Operation::Write { bytes, until }
        if bytes == &whole.as_bytes()[10..] && until == late + ms(10_000)));
}

const ALL: [Completion; 5] = [
    Completion::Read(0),
    Completion::Read(1),
    Completion::Wrote(1),
    Completion::Ended,
    Completion::Failed,
];

/// An end is final, whatever is reported after it.
#[track_caller]
fn stays(side: &mut ServerSide, now: Moment, end: Operation<'_>) {
    assert_eq!(side.poll(now), end);
    for completion in ALL {
        side.handle(completion, now);
        assert_eq!(side.poll(now + Duration::MAX), end, "{completion:?}");
    }
}

/// A machine that has read these bytes.
fn reading(bytes: &[u8], config: AcceptConfig) -> ServerSide {
    let mut side = ServerSide::new(config, Moment::ZERO);
    side.room()[..bytes.len()].copy_from_slice(bytes);
    side.handle(Completion::Read(bytes.len()), Moment::ZERO);
    side
}

#[test]
fn completions_out_of_turn() {
    let now = Moment::ZERO;
    let mut side = ServerSide::new(config(), now);
    side.handle(Completion::Wrote(1), now);
    side.handle(Completion::Ended, now);
    assert!(matches!(side.poll(now), Operation::Read { .. }));

    let mut side = reading(REQUEST, config());
    assert!(matches!(side.poll(now), Operation::Write { .. }));
    // The client's end of the stream is not an error: it may be waiting for the reply.
    side.handle(Completion::Read(0), now);
    side.handle(Completion::Ended, now);
    let whole = reply();
    assert!(matches!(side.poll(now), Operation::Write { bytes, .. } if bytes == whole.as_bytes()));
    side.handle(Completion::Failed, now);
    stays(&mut side, now, Operation::Abort(AbortReason::ReplyFailed));
}

#[test]
fn ends_stay() {
    let now = Moment::ZERO;
    let mut side = reading(b"LOGIN", config());
    stays(&mut side, now, Operation::HandOn(First::Other));

    for (when, reason) in [
        (LingerWhen::MoreMayCome, CloseReason::AtOnce),
        (LingerWhen::Always, CloseReason::Cleanly),
    ] {
        let mut side = reading(REQUEST, config().linger_when(when));
        assert!(matches!(side.poll(now), Operation::Write { .. }));
        side.handle(Completion::Wrote(reply().as_bytes().len()), now);
        assert!(matches!(
            side.poll(now),
            Operation::Close(Closing::End { .. })
        ));
        side.handle(Completion::Ended, now);
        // With `LingerWhen::Always`, this is awaited.
        side.handle(Completion::Read(0), now);
        let closed = Closing::Done(reason);
        stays(&mut side, now, Operation::Close(closed));
    }
}

/// The client ends its side before the driver polls: its bytes count.
#[test]
fn bytes_and_the_end_at_once() {
    for (bytes, first) in [(&b"G"[..], First::Other), (b"<", First::End)] {
        let mut side = reading(bytes, config());
        side.handle(Completion::Read(0), Moment::ZERO);
        assert_eq!(side.poll(Moment::ZERO), Operation::HandOn(first));
    }
}
