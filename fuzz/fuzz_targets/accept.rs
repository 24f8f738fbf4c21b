//! Whatever a client does, in whatever order it is reported and however late, the server's side ends within its limits.
//! It sends the whole reply, or aborts with a reset, or hands on every byte that was read.
#![no_main]

use std::time::Duration;

use flash_policy::accept::{
    AcceptConfig, Closing, Completion, First, HttpDetection, IfDropped, Linger, LingerWhen,
    Operation, ServerSide, Timing,
};
use flash_policy::{Moment, Recognition, Recognizer, Reply};
use libfuzzer_sys::fuzz_target;

const REPLY: &[u8] = b"<cross-domain-policy/>\0";

fuzz_target!(|bytes: &[u8]| {
    let Some(([flags, limits], events)) = bytes.split_first_chunk() else {
        return;
    };
    let config = config(*flags, *limits);
    let mut driver = Driver {
        side: ServerSide::new(&config, Moment::ZERO),
        now: Moment::ZERO,
        sent: Vec::new(),
        read: Vec::new(),
        ended: false,
    };
    let mut rest = events;
    while let Some(([kind, wait], after)) = rest.split_first_chunk() {
        driver.now = driver.now + Duration::from_millis(u64::from(*wait) * 16);
        rest = driver.event(*kind, after);
        driver.check();
    }
    driver.expire(&config);
});

/// One of a few configurations, so that most bytes describe what clients do.
fn config(flags: u8, limits: u8) -> AcceptConfig {
    let timing = Timing::default();
    let timing = match flags & 3 {
        0 => timing,
        1 => timing.silence(Duration::ZERO),
        2 => timing.silence(Duration::from_millis(200)),
        _ => timing.http(HttpDetection::On),
    };
    let linger = Linger::default();
    let linger = if flags & 4 == 0 {
        linger
    } else {
        linger.bytes(u64::from(limits))
    };
    let reply = Reply::from_file_unchecked(&REPLY[..22]).expect("a reply");
    let config = if flags & 8 == 0 {
        AcceptConfig::new(reply)
    } else {
        AcceptConfig::without_reply()
    };
    let config = config.timing(timing).linger(linger);
    let config = if flags & 16 == 0 {
        config
    } else {
        config.linger_when(LingerWhen::Always)
    };
    if flags & 32 == 0 {
        config
    } else {
        config.total(Duration::from_millis(u64::from(limits) * 200))
    }
}

struct Driver<'a> {
    side: ServerSide<&'a AcceptConfig>,
    now: Moment,
    sent: Vec<u8>,
    /// What was read to recognize the connection.
    read: Vec<u8>,
    ended: bool,
}

impl Driver<'_> {
    /// Reports the result of the current operation, or one that was not asked for. Returns the bytes that are left.
    fn event<'b>(&mut self, kind: u8, rest: &'b [u8]) -> &'b [u8] {
        let asked = self.side.poll(self.now);
        let (completion, rest) = match (kind % 8, asked) {
            (0..=3, Operation::Read { .. }) => {
                let room = self.side.room();
                assert!(!room.is_empty());
                let length = usize::from(kind / 8).min(room.len()).min(rest.len());
                let (read, rest) = rest.split_at(length);
                room[..length].copy_from_slice(read);
                self.read.extend(read);
                (Completion::Read(length), rest)
            }
            (0..=3, Operation::Write { bytes, .. }) => {
                let length = usize::from(kind / 8).min(bytes.len());
                self.sent.extend(&bytes[..length]);
                (Completion::Wrote(length), rest)
            }
            (0..=3, Operation::Close(Closing::End { .. })) => {
                self.ended = true;
                (Completion::Ended, rest)
            }
            (0..=3, Operation::Close(Closing::Discard { .. })) => {
                (Completion::Read(usize::from(kind / 8)), rest)
            }
            (4, Operation::Read { .. } | Operation::Close(Closing::Discard { .. })) => {
                (Completion::Read(0), rest)
            }
            (5, _) => (Completion::Failed, rest),
            // Results of operations that were not requested.
            (6, Operation::Write { .. } | Operation::HandOn(_) | Operation::Abort(_)) => {
                (Completion::Read(usize::from(kind)), rest)
            }
            (7, Operation::Read { .. } | Operation::HandOn(_) | Operation::Abort(_)) => {
                (Completion::Wrote(usize::from(kind)), rest)
            }
            _ => return rest,
        };
        self.side.handle(completion, self.now);
        rest
    }

    /// Nothing that was sent or read is lost, and half a reply never looks like a whole one.
    fn check(&mut self) {
        let reply = REPLY.starts_with(&self.sent);
        assert!(reply, "{:?}", self.sent);
        assert_eq!(self.side.opening().bytes(), self.read);
        match self.side.poll(self.now) {
            Operation::HandOn(first) => {
                assert!(self.sent.is_empty());
                self.check_first(first);
            }
            Operation::Close(Closing::Done(_)) => {
                assert_eq!(self.sent, REPLY);
                assert!(self.ended);
            }
            _ => {}
        }
        let whole = self.sent == REPLY && self.ended;
        if !self.sent.is_empty() {
            let reset = self.side.if_dropped() == IfDropped::Reset;
            assert_eq!(reset, !whole);
        }
    }

    /// The kind of connection depends on its bytes, not on how they are split.
    fn check_first(&self, first: First) {
        let verdict = Recognizer::new().feed(&self.read);
        match first {
            First::Policy(_) => assert!(self.read.starts_with(b"<policy-file-request")),
            First::Tls => assert_eq!(verdict, Recognition::Tls),
            First::Http => assert_eq!(verdict, Recognition::Http),
            First::Silent => assert!(self.read.is_empty()),
            First::Deadline | First::End => assert_eq!(verdict, Recognition::NeedMore),
            First::Other => assert!(!matches!(verdict, Recognition::Policy | Recognition::Tls)),
            _ => {}
        }
    }

    /// Without further events, it ends in at most the sum of its limits, and then stays as it is.
    fn expire(&mut self, config: &AcceptConfig) {
        let end = self.now + config.longest() + config.write_limit;
        for _ in 0..10 {
            let until = match self.side.poll(self.now) {
                Operation::Read { until }
                | Operation::Write { until, .. }
                | Operation::Close(Closing::End { until } | Closing::Discard { until }) => until,
                Operation::Close(Closing::Done(_)) | Operation::HandOn(_) | Operation::Abort(_) => {
                    let (now, later) = (self.now, self.now + Duration::MAX);
                    let last = format!("{:?}", self.side.poll(now));
                    assert_eq!(last, format!("{:?}", self.side.poll(later)));
                    return;
                }
            };
            assert!(self.now < until && until <= end, "{until:?}");
            self.now = until;
            self.check();
        }
        panic!("it does not end");
    }
}
