//! The signals that end a check.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use tokio::signal::unix::{SignalKind, signal};

/// The signals that end a check cleanly, so that no progress output is left on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interruption {
    /// SIGINT: Ctrl-C was pressed.
    Interrupted,
    /// SIGTERM.
    Terminated,
    /// SIGHUP: the terminal is gone.
    HungUp,
}

impl Interruption {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Interrupted, Self::Terminated, Self::HungUp];

    /// The signal's number.
    pub const fn number(self) -> u8 {
        match self {
            Self::HungUp => 1,
            Self::Interrupted => 2,
            Self::Terminated => 15,
        }
    }

    /// The signal as a word.
    pub const fn told(self) -> &'static str {
        match self {
            Self::Interrupted => "interrupted",
            Self::Terminated => "terminated",
            Self::HungUp => "hung up",
        }
    }

    /// What ends the check, as people name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Interrupted => "Ctrl-C",
            Self::Terminated => "SIGTERM",
            Self::HungUp => "SIGHUP",
        }
    }

    const fn kind(self) -> SignalKind {
        match self {
            Self::Interrupted => SignalKind::interrupt(),
            Self::Terminated => SignalKind::terminate(),
            Self::HungUp => SignalKind::hangup(),
        }
    }

    /// Waits for the first of them.
    pub(super) async fn first() -> io::Result<Self> {
        let mut signals = Vec::new();
        for ending in Self::ALL {
            signals.push((ending, signal(ending.kind())?));
        }
        Ok(poll_fn(|context| {
            let mut came = None;
            for (ending, signal) in &mut signals {
                // Each one is polled, so that each one wakes the task.
                if signal.poll_recv(context).is_ready() {
                    came = Some(*ending);
                }
            }
            came.map_or(Poll::Pending, Poll::Ready)
        })
        .await)
    }
}
