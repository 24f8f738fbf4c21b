//! The longest time that a connection takes: the sum of the limits, or the total if one is set.

use std::time::Duration;

use flash_policy::accept::{
    AbortReason, AcceptConfig, CloseReason, Closing, First, Linger, Operation, ServerSide, Timing,
};
use flash_policy::{Moment, REQUEST};

use crate::world::{Client, Deed, End, config, ms, reply};

/// The slowest client: it reaches every limit just in time, and then sends single bytes forever.
fn slowest() -> Client {
    let mut client = Client::new().room(0);
    client = client.says(9_999, &REQUEST[..22]).says(10_298, b"\r");
    client = client.does(10_598 + 9_999, Deed::Takes(usize::MAX));
    for at in (20_600..200_000).step_by(1000) {
        client = client.says(at, b"x");
    }
    client
}

#[test]
fn the_sum_of_the_limits() {
    let met = slowest().meets(&config());
    assert_eq!(met.end, End::Closed(CloseReason::TimeUp));
    assert_eq!(met.sent, reply().as_bytes());
    let longest = config().longest();
    assert_eq!(longest, ms(10_000 + 2 * 300 + 10_000 + 30_000));
    // Each limit was reached 1 ms early, except that for the second byte of the terminator.
    assert_eq!(met.at + ms(3), longest);
}

#[test]
fn limits_add_up_without_overflow() {
    let never = Timing::default().request(Duration::MAX);
    let config = config().timing(never);
    assert_eq!(config.longest(), Duration::MAX);
    assert_eq!(config.total(ms(7)).longest(), ms(7));
}

/// In each phase, the total limit ends the connection at that time.
#[test]
fn a_total_limit() {
    for (at, end) in [
        (0, End::HandedOn(First::Deadline)),
        (5_000, End::HandedOn(First::Deadline)),
        (10_100, End::Aborted(AbortReason::ReplyNotTaken)),
        (15_000, End::Aborted(AbortReason::ReplyNotTaken)),
        (25_000, End::Closed(CloseReason::TimeUp)),
        (50_000, End::Closed(CloseReason::TimeUp)),
    ] {
        let met = slowest().meets(&config().total(ms(at)));
        assert_eq!((met.end, met.at), (end, ms(at)));
    }
    let unlimited = slowest().meets(&config());
    assert_eq!(slowest().meets(&config().total(ms(60_000))), unlimited);
}

/// It ends what could go on forever, and does not shorten a connection that is in time.
#[test]
fn a_total_limit_instead_of_others() {
    let patient = Linger::default()
        .between_reads(Duration::MAX)
        .total(Duration::MAX);
    let patient = config()
        .timing(Timing::default().request(Duration::MAX))
        .write_limit(Duration::MAX)
        .linger(patient)
        .total(ms(60_000));
    let met = Client::new().meets(&patient);
    assert_eq!(
        (met.end, met.at),
        (End::HandedOn(First::Deadline), ms(60_000))
    );
    let stuck = Client::saying(REQUEST).room(1);
    let met = stuck.meets(&patient);
    let not_taken = End::Aborted(AbortReason::ReplyNotTaken);
    assert_eq!((met.end, met.at), (not_taken, ms(60_000)));
    let more = Client::saying(b"<policy-file-request/>\0x");
    let met = more.meets(&patient);
    let time_up = End::Closed(CloseReason::TimeUp);
    assert_eq!((met.end, met.at), (time_up, ms(60_000)));
    let met = more.ends(59_999).meets(&patient);
    let cleanly = End::Closed(CloseReason::Cleanly);
    assert_eq!((met.end, met.at), (cleanly, ms(59_999)));
}

/// The total counts from the first byte of a silent client that was waited for, as its other limits do.
#[test]
fn the_total_of_a_silent_client() {
    let config = AcceptConfig::new(reply())
        .timing(Timing::default().silence(ms(200)))
        .total(ms(3000));
    let mut side = ServerSide::new(config, Moment::ZERO);
    let silent = Operation::HandOn(First::Silent);
    assert_eq!(side.poll(Moment::after(ms(200))), silent);
    side.wait();
    let hour = Moment::after(ms(3_600_000));
    let forever = Operation::Read { until: Moment::MAX };
    assert_eq!(side.poll(hour), forever);
    side.room()[..1].copy_from_slice(b"<");
    side.handle(flash_policy::accept::Completion::Read(1), hour);
    let until = hour + ms(3000);
    assert_eq!(side.poll(hour), Operation::Read { until });
    assert_eq!(side.deadline(), until);
    assert_eq!(side.poll(until), Operation::HandOn(First::Deadline));
    // What other code has served has only the limits for lingering.
    side.let_go(until);
    let end = Closing::End {
        until: until + ms(30_000),
    };
    assert_eq!(side.poll(until), Operation::Close(end));
}
