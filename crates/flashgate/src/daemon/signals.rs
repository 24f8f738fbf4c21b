//! Signals: those that stop, the one that reloads, and all others whose default action would end the process.
//!
//! The others are handled too, so that a signal sent by mistake does not cut connections.

use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll};

use rustix::process::Signal as Number;
use tokio::signal::unix::{self, SignalKind, signal};
use tracing::warn;

use crate::log::Sampler;

/// Signals that stop the daemon, in order of priority.
const STOPS: [(&str, Number); 3] = [
    ("SIGTERM", Number::TERM),
    ("SIGINT", Number::INT),
    ("SIGQUIT", Number::QUIT),
];

/// Signals that would end the process by default and are ignored here. Rust's runtime ignores SIGPIPE. Signals for
/// program errors (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS and SIGABRT) still end it, because it can't
/// continue.
const IGNORED: [(&str, Number); 10] = [
    ("SIGUSR1", Number::USR1),
    ("SIGUSR2", Number::USR2),
    ("SIGALRM", Number::ALARM),
    ("SIGVTALRM", Number::VTALARM),
    ("SIGPROF", Number::PROF),
    ("SIGIO", Number::IO),
    ("SIGPWR", Number::POWER),
    ("SIGSTKFLT", Number::STKFLT),
    ("SIGXCPU", Number::XCPU),
    ("SIGXFSZ", Number::XFSZ),
];

/// The real-time signals that the C library leaves to programs (signal(7)).
const REAL_TIME: std::ops::RangeInclusive<i32> = 34..=64;

/// All handled signals.
pub(super) struct Signals {
    stops: Vec<Ear>,
    hangup: unix::Signal,
    ignored: Vec<Ear>,
    sampler: Sampler,
}

/// A handled signal.
struct Ear {
    name: &'static str,
    signal: unix::Signal,
}

/// What a signal requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// Stop, with the signal's name.
    Stop(&'static str),
    /// Reload everything.
    Reload,
}

impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        let ear = |name, number| {
            let signal = signal(SignalKind::from_raw(number))?;
            Ok(Ear { name, signal })
        };
        let named = |(name, number): &(&'static str, Number)| ear(name, number.as_raw());
        let stops: io::Result<_> = STOPS.iter().map(named).collect();
        let ignored = IGNORED.iter().map(named);
        let real_time = REAL_TIME.map(|number| ear("a real-time signal", number));
        let ignored: io::Result<_> = ignored.chain(real_time).collect();
        Ok(Self {
            stops: stops?,
            hangup: signal(SignalKind::hangup())?,
            ignored: ignored?,
            sampler: Sampler::of_warnings("ignored-signal"),
        })
    }

    /// The next signal that stops or reloads.
    pub(super) async fn next(&mut self) -> Signal {
        poll_fn(|context| {
            if let Poll::Ready(name) = self.poll_stop(context) {
                return Poll::Ready(Signal::Stop(name));
            }
            self.hangup.poll_recv(context).map(|_| Signal::Reload)
        })
        .await
    }

    /// The next signal that stops. A reload stays pending.
    pub(super) async fn next_stop(&mut self) -> &'static str {
        poll_fn(|context| self.poll_stop(context)).await
    }

    fn poll_stop(&mut self, context: &mut Context<'_>) -> Poll<&'static str> {
        if let Some(name) = first(&mut self.stops, context) {
            return Poll::Ready(name);
        }
        while let Some(signal) = first(&mut self.ignored, context) {
            if let Some(suppressed) = self.sampler.admit() {
                warn!(
                    signal,
                    suppressed, "ignored a signal; SIGTERM stops, SIGHUP reloads"
                );
            }
        }
        Poll::Pending
    }
}

/// The name of a signal that has arrived.
fn first(ears: &mut [Ear], context: &mut Context<'_>) -> Option<&'static str> {
    let mut come = ears
        .iter_mut()
        .filter_map(|ear| match ear.signal.poll_recv(context) {
            Poll::Ready(_) => Some(ear.name),
            Poll::Pending => None,
        });
    come.next()
}
