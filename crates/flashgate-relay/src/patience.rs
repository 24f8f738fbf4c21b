//! How long a silent relay is kept.
//!
//! After one side has ended, the other has `half_open` for each next byte. Before that, `idle` applies if it is set. A
//! timer exists, and the clock is read, only while one of the two applies.
//!
//! Bytes and the end after them may take a while: megabytes can wait in the kernel for a client on a slow line. While
//! a side has no room, or has not acknowledged its end, the relay is busy rather than silent, and gets more time.

use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::end::RelayEnd;

/// How many times `half_open` a busy relay may be silent. With one minute, this is as long as Linux itself keeps
/// trying.
///
/// Megabytes can wait in the kernel for a client on a slow line, and their progress is not visible here. Cutting such
/// a client after the first period would cost it the end of its data.
const ROUNDS: u32 = 15;

/// How long a relay is kept.
#[derive(Debug)]
pub struct Patience {
    half_open: Duration,
    idle: Option<Duration>,
    moved: u64,
    ended: bool,
    idle_timer: Option<Box<IdleTimer>>,
}

/// Boxed, because most relays are open on both sides and have no limit.
#[derive(Debug)]
struct IdleTimer {
    since: Instant,
    timer: Pin<Box<Sleep>>,
}

/// Whether one side of a relay has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HalfOpen {
    /// Both sides are open.
    No,
    /// One side has ended, and bytes may still be in transit.
    OnItsWay,
    /// One side has ended, and no byte is known to be in transit.
    Arrived,
}

impl Patience {
    /// The limits: after one side has ended, and while both are open.
    pub const fn new(half_open: Duration, idle: Option<Duration>) -> Self {
        Self {
            half_open,
            idle,
            moved: 0,
            ended: false,
            idle_timer: None,
        }
    }

    /// Restarts the wait if a byte was moved.
    pub fn note(&mut self, moved: u64) {
        if self.moved != moved {
            self.moved = moved;
            if let Some(idle_timer) = &mut self.idle_timer {
                idle_timer.since = Instant::now();
            }
        }
    }

    /// How the relay ends, if it has waited too long. Otherwise the task is woken when it has.
    pub fn poll(&mut self, context: &mut Context<'_>, half_open: HalfOpen) -> Option<RelayEnd> {
        let ended = half_open != HalfOpen::No;
        if ended != self.ended {
            self.ended = ended;
            self.idle_timer = None;
        }
        let limit = self.limit()?;
        let idle_timer = self.idle_timer.get_or_insert_with(|| {
            let since = Instant::now();
            let timer = Box::pin(sleep_until(since + limit));
            Box::new(IdleTimer { since, timer })
        });
        let mut until = idle_timer.since + limit;
        loop {
            if idle_timer.timer.as_mut().poll(context).is_pending() {
                return None;
            }
            let now = Instant::now();
            if until <= now && half_open == HalfOpen::OnItsWay {
                until = idle_timer.since + limit.saturating_mul(ROUNDS);
            }
            if until <= now {
                return Some(if ended {
                    RelayEnd::HalfOpenExpired
                } else {
                    RelayEnd::IdleExpired
                });
            }
            idle_timer.timer.as_mut().reset(until);
        }
    }

    fn limit(&self) -> Option<Duration> {
        if self.ended {
            Some(self.idle.unwrap_or(self.half_open).min(self.half_open))
        } else {
            self.idle
        }
    }
}
