//! Connections that were handed on and come back: silent clients, TLS, and connections that other code has served.

use std::sync::Arc;
use std::time::Duration;

use flash_policy::accept::{
    AbortReason, AcceptConfig, CloseReason, Closing, Completion, First, IfDropped, Linger,
    Operation, Rest, ServerSide, Timing,
};
use flash_policy::{Moment, REQUEST};

use crate::world::{Client, End, config, ms, reply};

const HOUR: u64 = 60 * 60 * 1000;

/// A server that speaks first if a client is silent for 200 ms.
fn speaks_first() -> AcceptConfig {
    config().timing(Timing::default().silence(ms(200)))
}

/// Silent clients have no limit. The connection ends like this at this time.
#[track_caller]
fn waits(client: &Client, end: End, at: u64) {
    let mut waits = 0;
    let met = client.comes_back(&speaks_first(), |side, first, now| {
        let is_silent = first == First::Silent;
        if is_silent {
            assert_eq!(now, Moment::after(ms(200)));
            waits += 1;
            side.wait();
        }
        is_silent
    });
    assert_eq!((met.end, met.at), (end, ms(at)), "{client:?}");
    assert_eq!(waits, 1, "{client:?}");
}

/// The deadline for the first bytes counts from the first byte, and silence is not reported again.
#[test]
fn a_silent_client_has_its_time_from_its_first_byte() {
    let (speaks, silent) = (|bytes| Client::new().says(HOUR, bytes), Client::new());
    waits(&speaks(REQUEST), End::Closed(CloseReason::AtOnce), HOUR);
    let bare = speaks(&REQUEST[..22]).ends(HOUR + 300);
    waits(&bare, End::Closed(CloseReason::Cleanly), HOUR + 300);
    waits(&speaks(b"LOGIN"), End::HandedOn(First::Other), HOUR);
    for start in [&b"<"[..], b"<policy"] {
        let late = End::HandedOn(First::Deadline);
        waits(&speaks(start), late, HOUR + 10_000);
    }
    waits(&silent.clone().ends(HOUR), End::HandedOn(First::End), HOUR);
    let failed = End::Aborted(AbortReason::OpeningFailed);
    waits(&silent.resets(HOUR), failed, HOUR);
}

/// Code that keeps reading a connection that was handed on can ask for the deadline.
#[test]
fn the_deadline_moves_with_the_first_byte() {
    let now = |millis| Moment::after(ms(millis));
    let mut side = ServerSide::new(speaks_first(), now(0));
    assert_eq!(side.deadline(), now(10_000));
    assert_eq!(side.poll(now(200)), Operation::HandOn(First::Silent));
    side.wait();
    assert_eq!(side.deadline(), now(10_000));
    let forever = Operation::Read { until: Moment::MAX };
    assert_eq!(side.poll(now(HOUR)), forever);
    side.room()[..4].copy_from_slice(b"<pol");
    side.handle(Completion::Read(4), now(HOUR));
    assert_eq!(side.deadline(), now(HOUR + 10_000));
    assert_eq!(side.opening().bytes(), b"<pol");
    // The client has sent something, so `wait` no longer applies.
    let late = now(HOUR + 10_000);
    assert_eq!(side.poll(late), Operation::HandOn(First::Deadline));
    side.wait();
    assert_eq!(side.poll(late), Operation::HandOn(First::Deadline));
}

/// A machine that has read these bytes.
fn reading(bytes: &[u8], config: AcceptConfig) -> ServerSide {
    let mut side = ServerSide::new(config, Moment::ZERO);
    side.room()[..bytes.len()].copy_from_slice(bytes);
    side.handle(Completion::Read(bytes.len()), Moment::ZERO);
    side
}

/// The deadline counts from the start and includes the handshake. Silence counts from the end of the handshake.
#[test]
fn the_deadlines_inside_tls() {
    let shaken = Moment::after(ms(4000));
    for (config, until, first) in [
        (config(), 10_000, First::Deadline),
        (speaks_first(), 4200, First::Silent),
    ] {
        let mut side = reading(b"\x16\x03\x01", config);
        assert_eq!(side.poll(Moment::ZERO), Operation::HandOn(First::Tls));
        side.restart_inside_tls(shaken);
        assert_eq!(side.opening().bytes(), b"");
        let until = Moment::after(ms(until));
        assert_eq!(side.poll(shaken), Operation::Read { until });
        assert_eq!(side.deadline(), Moment::after(ms(10_000)));
        assert_eq!(side.poll(until), Operation::HandOn(first));
    }
}

/// After the reply, the client's `close_notify` is still expected, even if it has sent nothing else.
#[test]
fn a_request_inside_tls() {
    let client = Client::saying(b"\x16\x03\x01")
        .says(10, REQUEST)
        .says(20, b"close_notify")
        .ends(30);
    let met = client.comes_back(&config(), |side, first, now| {
        assert_eq!(first, First::Tls);
        side.restart_inside_tls(now);
        true
    });
    assert_eq!(
        (met.end, met.at),
        (End::Closed(CloseReason::Cleanly), ms(30))
    );
    assert_eq!((met.received, met.discarded), (REQUEST.to_vec(), 12));
    assert_eq!(met.sent, reply().as_bytes());
}

/// A connection that other code has served is closed without data loss, under the same limits.
#[test]
fn what_was_served_is_let_go() {
    let served = |client: &Client, config: &AcceptConfig| {
        let met = client.comes_back(config, |side, _, now| {
            side.let_go(now);
            true
        });
        assert!(met.is_ended && met.sent.is_empty(), "{client:?}");
        (met.end, met.at)
    };
    let client = Client::saying(b"LOGIN");
    let cleanly = End::Closed(CloseReason::Cleanly);
    assert_eq!(
        served(&client.clone().ends(70), &config()),
        (cleanly, ms(70))
    );
    let silence = End::Closed(CloseReason::Silence);
    assert_eq!(served(&client, &config()), (silence, ms(5000)));
    let short = config().linger(Linger::default().total(ms(900)));
    let time_up = End::Closed(CloseReason::TimeUp);
    assert_eq!(served(&client, &short), (time_up, ms(900)));
    let failed = End::Closed(CloseReason::Failed);
    assert_eq!(served(&client.resets(7), &config()), (failed, ms(7)));
}

/// Ending our side can block if TLS has something to write. That counts too.
#[test]
fn an_end_that_is_held_up() {
    let client = Client::saying(b"LOGIN").holds_up_end();
    let met = client.comes_back(&config(), |side, _, now| {
        side.let_go(now);
        true
    });
    let time_up = End::Closed(CloseReason::TimeUp);
    assert_eq!((met.end, met.at), (time_up, ms(30_000)));
}

/// Without a reply, a request is handed on as a recognized request.
#[test]
fn without_a_reply() {
    let more = [&REQUEST[..], b"x"].concat();
    for (bytes, rest) in [(&REQUEST[..], Rest::Nothing), (&more, Rest::Perhaps)] {
        let met = Client::saying(bytes).meets(&AcceptConfig::without_reply());
        assert_eq!(met.end, End::HandedOn(First::Policy(rest)));
        assert_eq!((met.at, &met.received[..]), (Duration::ZERO, bytes));
    }
}

/// A connection that is still being read or answered does not come back.
#[test]
fn nothing_else_comes_back() {
    let now = Moment::ZERO;
    let whole = reply();
    let mut side = ServerSide::new(config(), now);
    side.wait();
    side.restart_inside_tls(now);
    let until = now + ms(10_000);
    assert_eq!(side.poll(now), Operation::Read { until });

    let mut side = reading(REQUEST, config());
    let bytes = whole.as_bytes();
    assert_eq!(side.poll(now), Operation::Write { bytes, until });
    side.wait();
    side.restart_inside_tls(now);
    side.let_go(now);
    assert_eq!(side.poll(now), Operation::Write { bytes, until });
    assert_eq!(side.if_dropped(), IfDropped::Reset);
}

/// A server can give up a connection before it is recognized.
#[test]
fn nobody_is_to_serve_it() {
    let now = Moment::ZERO;
    let mut waiting = ServerSide::new(speaks_first(), now);
    let mut silent = waiting.clone();
    assert!(matches!(silent.poll(now + ms(200)), Operation::HandOn(_)));
    silent.wait();
    for side in [&mut waiting, &mut silent] {
        side.let_go(now);
        let until = now + ms(30_000);
        let end = Operation::Close(Closing::End { until });
        assert_eq!(side.poll(now), end);
    }
}

/// A reply that started with a borrowed config continues with a shared one, and no byte is sent twice.
#[test]
fn a_reply_goes_on_with_another_config() {
    let (now, whole) = (Moment::ZERO, reply());
    let shared = Arc::new(config());
    let mut side = ServerSide::new(&*shared, now);
    side.room()[..23].copy_from_slice(REQUEST);
    side.handle(Completion::Read(23), now);
    assert!(matches!(side.poll(now), Operation::Write { bytes, .. } if bytes == whole.as_bytes()));
    side.handle(Completion::Wrote(10), now);
    let mut side = side.with_config(Arc::clone(&shared));
    let until = now + ms(10_000);
    let bytes = &whole.as_bytes()[10..];
    assert_eq!(side.poll(now), Operation::Write { bytes, until });
    side.handle(Completion::Wrote(bytes.len()), now);
    let end = Operation::Close(Closing::End { until });
    assert_eq!(side.poll(now), end);
    side.handle(Completion::Ended, now);
    let done = Closing::Done(CloseReason::AtOnce);
    assert_eq!(side.poll(now), Operation::Close(done));
}
