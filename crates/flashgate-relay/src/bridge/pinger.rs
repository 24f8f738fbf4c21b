//! When to ping: at even intervals, whatever else is sent, so that the answers keep the other direction alive too.

use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

#[derive(Debug)]
pub(super) struct Pinger {
    every: Duration,
    timer: Pin<Box<Sleep>>,
}

impl Pinger {
    pub(super) fn new(every: Duration) -> Self {
        Self {
            every,
            timer: Box::pin(sleep(every)),
        }
    }

    /// Whether it is time. Otherwise the task is woken when it is.
    pub(super) fn is_due(&mut self, context: &mut Context<'_>) -> bool {
        let mut due = false;
        while self.timer.as_mut().poll(context).is_ready() {
            due = true;
            self.timer.as_mut().reset(Instant::now() + self.every);
        }
        due
    }
}
