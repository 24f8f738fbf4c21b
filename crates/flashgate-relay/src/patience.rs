//! How long a relay without bytes is kept.
//!
//! After one side has ended, the other has `half_open` for each next byte; before that, `idle` counts if it is set.
//! A timer exists only while one of them does, and the clock is read only then.
//!
//! Bytes and the end behind them may be a while on their way: up to megabytes wait in the kernel for a client on a slow
//! line. As long as a side has no room, or has not acknowledged its end, the relay is not silent but busy, and is given
//! more time.

use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::end::RelayEnd;

/// How many times `half_open` a busy one may be without news: with a minute, as long as Linux itself tries.
///
/// Megabytes may wait in the kernel for a client on a slow line, and how fast they go can't be seen from here. Cutting
/// such a client at the first round would cost it the end of what it asked for.
const ROUNDS: u32 = 15;

/// How long one relay is kept.
#[derive(Debug)]
pub struct Patience {
    half_open: Duration,
    idle: Option<Duration>,
    moved: u64,
    ended: bool,
    idle_timer: Option<Box<IdleTimer>>,
}

/// Boxed, for most relays are open on both sides and have no limit.
#[derive(Debug)]
struct IdleTimer {
    since: Instant,
    timer: Pin<Box<Sleep>>,
}

/// Whether one side of a relay has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HalfOpen {
    /// Both are open.
    No,
    /// One has ended, and bytes may still be on their way.
    OnItsWay,
    /// One has ended, and no byte is known to be on its way.
    Arrived,
}

impl Patience {
    /// The limits: with one side ended, and with both open.
    pub const fn new(half_open: Duration, idle: Option<Duration>) -> Self {
        Self {
            half_open,
            idle,
            moved: 0,
            ended: false,
            idle_timer: None,
        }
    }

    /// Starts the wait anew if a byte was moved.
    pub fn note(&mut self, moved: u64) {
        if self.moved != moved {
            self.moved = moved;
            if let Some(idle_timer) = &mut self.idle_timer {
                idle_timer.since = Instant::now();
            }
        }
    }

    /// How the relay ends, if it has waited too long; otherwise the task is woken when it has.
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
