//! A timer that runs while connections that need a task arrive in quick succession, so that their own timers cost less.
//!
//! Each task has time limits. If a new timer is the next one to expire, tokio interrupts its wait for events, which costs
//! a write and a wake-up. While this timer runs, it is the next one. It makes each wait cost more, so it does not run for
//! requests that are answered without a task. It stops when the connections do, so an idle daemon never wakes up.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// The period: shorter than every default time limit of a connection.
const PERIOD: Duration = Duration::from_millis(50);

/// Created on the thread whose connections it serves.
#[derive(Debug)]
pub(super) struct Pace {
    timer: Pin<Box<Sleep>>,
    state: PaceState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PaceState {
    /// The last such connection arrived then, or none did.
    Stopped(Option<Instant>),
    /// Whether a connection has arrived in this period.
    Running(bool),
}

impl Pace {
    pub(super) fn new() -> Self {
        Self {
            timer: Box::pin(sleep(PERIOD)),
            state: PaceState::Stopped(None),
        }
    }

    /// Notes that such connections have arrived. The timer starts with the second time in a period.
    pub(super) fn note(&mut self) {
        self.state = match self.state {
            PaceState::Running(_) => PaceState::Running(true),
            PaceState::Stopped(last) => {
                let now = Instant::now();
                if last.is_some_and(|last| now < last + PERIOD) {
                    self.timer.as_mut().reset(now + PERIOD);
                    PaceState::Running(true)
                } else {
                    PaceState::Stopped(Some(now))
                }
            }
        };
    }

    /// Waits for a future, and keeps the timer running in the meantime.
    pub(super) async fn during<F: Future>(&mut self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|context| {
            let output = future.as_mut().poll(context);
            if output.is_pending() {
                self.poll(context);
            }
            output
        })
        .await
    }

    fn poll(&mut self, context: &mut Context<'_>) {
        while let PaceState::Running(noted) = self.state
            && self.timer.as_mut().poll(context) == Poll::Ready(())
        {
            if noted {
                self.timer.as_mut().reset(Instant::now() + PERIOD);
                self.state = PaceState::Running(false);
            } else {
                self.state = PaceState::Stopped(None);
            }
        }
    }
}
