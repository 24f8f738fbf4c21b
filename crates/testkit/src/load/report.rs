//! How the fetches of a load ended: counts, times, and the first failures in detail.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// How many failures are kept in detail.
const KEPT_FAILURES: usize = 8;

/// How long a Flash client waits before it treats the policy as denied.
const FLASH_PATIENCE: Duration = Duration::from_secs(3);

/// How one fetch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchOutcome {
    /// Exactly the expected bytes, then the end of the stream.
    Ok,
    /// A reset before the whole reply had been read.
    Reset,
    /// A reset after the whole reply had been read.
    ResetAfterReply,
    /// The end of the stream before the whole reply.
    Truncated,
    /// Unexpected or additional bytes.
    Mismatch,
    /// Nothing listens there.
    Refused,
    /// No end within the deadline.
    TimedOut,
    /// The fetch could not be made, for a local reason.
    Failed,
}

/// How far a connection got.
#[derive(Debug)]
pub struct FetchProgress {
    /// The client's address, to find it in a trace.
    pub local: Option<SocketAddr>,
    /// How many bytes the kernel accepted.
    pub sent: usize,
    /// How many bytes of reply were read.
    pub received: usize,
    /// The last error of the socket.
    pub error: Option<io::Error>,
}

/// A fetch that failed.
#[derive(Debug)]
pub struct FetchFailure {
    /// Which fetch it was, counted from 0.
    pub nth: u64,
    /// When it ended, counted from the start of the load.
    pub at: Duration,
    /// How long it took.
    pub after: Duration,
    /// What happened.
    pub outcome: FetchOutcome,
    /// How far it got.
    pub progress: FetchProgress,
}

/// How all fetches ended.
#[derive(Debug, Default)]
pub struct LoadReport {
    /// Fetches that ended in [`FetchOutcome::Ok`].
    pub ok: u64,
    /// Fetches that ended in [`FetchOutcome::Reset`].
    pub reset: u64,
    /// Fetches that ended in [`FetchOutcome::ResetAfterReply`].
    pub reset_after_reply: u64,
    /// Fetches that ended in [`FetchOutcome::Truncated`].
    pub truncated: u64,
    /// Fetches that ended in [`FetchOutcome::Mismatch`].
    pub mismatch: u64,
    /// Fetches that ended in [`FetchOutcome::Refused`].
    pub refused: u64,
    /// Fetches that ended in [`FetchOutcome::TimedOut`].
    pub timed_out: u64,
    /// Fetches that ended in [`FetchOutcome::Failed`].
    pub failed: u64,
    /// Fetches that had not ended, or not started, when the time was up.
    pub unfinished: u64,
    /// Fetches, with any outcome, that took longer than the 3 s that a Flash client waits.
    pub over_three_seconds: u64,
    /// From the first connect to the last end.
    pub elapsed: Duration,
    /// The first failures.
    pub failures: Vec<FetchFailure>,
    /// Microseconds of each good fetch: a million of them are 4 MB, and the quantiles are exact.
    micros: Vec<u32>,
}

impl LoadReport {
    /// Whether every fetch of the load was made and succeeded.
    pub fn all_ok(&self) -> bool {
        self.ended() == self.ok && self.unfinished == 0
    }

    /// How many fetches ended, well or not.
    pub fn ended(&self) -> u64 {
        self.ok
            + self.resets()
            + self.truncated
            + self.mismatch
            + self.refused
            + self.timed_out
            + self.failed
    }

    /// How many of the wanted fetches never got the whole reply.
    pub fn lost(&self) -> u64 {
        self.ended() + self.unfinished - self.ok - self.reset_after_reply
    }

    /// How many ended in a reset, after the whole reply or before.
    pub fn resets(&self) -> u64 {
        self.reset + self.reset_after_reply
    }

    /// The time within which `percent` of the good fetches ended; zero if there were no good fetches.
    pub fn percentile(&self, percent: usize) -> Duration {
        self.permille(percent * 10)
    }

    /// The time within which `permille` of a thousand good fetches ended; zero if there were no good fetches.
    pub fn permille(&self, permille: usize) -> Duration {
        let rank = (self.micros.len() * permille)
            .div_ceil(1000)
            .saturating_sub(1);
        Duration::from_micros(self.micros.get(rank).copied().unwrap_or_default().into())
    }

    pub(super) fn count(&mut self, outcome: FetchOutcome, took: Duration) {
        let counter = match outcome {
            FetchOutcome::Ok => &mut self.ok,
            FetchOutcome::Reset => &mut self.reset,
            FetchOutcome::ResetAfterReply => &mut self.reset_after_reply,
            FetchOutcome::Truncated => &mut self.truncated,
            FetchOutcome::Mismatch => &mut self.mismatch,
            FetchOutcome::Refused => &mut self.refused,
            FetchOutcome::TimedOut => &mut self.timed_out,
            FetchOutcome::Failed => &mut self.failed,
        };
        *counter += 1;
        if outcome == FetchOutcome::Ok {
            self.micros
                .push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
        }
        self.over_three_seconds += u64::from(took > FLASH_PATIENCE);
    }

    /// Keeps a failure if it is among the first. Only then is the connection examined, because that costs system calls.
    pub(super) fn explain(&mut self, failure: impl FnOnce() -> FetchFailure) {
        if self.failures.len() < KEPT_FAILURES {
            self.failures.push(failure());
        }
    }

    pub(super) fn finish(&mut self, wanted: u64, elapsed: Duration) {
        self.unfinished = wanted.saturating_sub(self.ended());
        self.elapsed = elapsed;
        self.micros.sort_unstable();
    }
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} fetches in {:.2?}: {} ok",
            self.ended(),
            self.elapsed,
            self.ok
        )?;
        let faults = [
            (self.reset, "reset"),
            (self.reset_after_reply, "reset after the whole reply"),
            (self.truncated, "truncated"),
            (self.mismatch, "mismatched"),
            (self.refused, "refused"),
            (self.timed_out, "timed out"),
            (self.failed, "failed here"),
            (self.unfinished, "unfinished"),
            (self.over_three_seconds, "over 3 s"),
        ];
        for (count, name) in faults {
            if count > 0 {
                write!(f, ", {count} {name}")?;
            }
        }
        let [p50, p99, max] = [50, 99, 100].map(|percent| self.percentile(percent));
        write!(f, "; p50 {p50:.1?}, p99 {p99:.1?}, max {max:.1?}")?;
        self.failures
            .iter()
            .try_for_each(|failure| write!(f, "\n  {failure}"))
    }
}

impl fmt::Display for FetchFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            nth,
            at,
            after,
            outcome,
            progress,
        } = self;
        write!(
            f,
            "fetch {nth}: {outcome:?} at {at:.3?}, after {after:.1?}; "
        )?;
        if let Some(local) = progress.local {
            write!(f, "{local} had ")?;
        }
        write!(
            f,
            "sent {} and received {} bytes",
            progress.sent, progress.received
        )?;
        progress
            .error
            .as_ref()
            .map_or(Ok(()), |error| write!(f, "; {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks_of_good_fetches() {
        let mut report = LoadReport::default();
        for micros in [40, 10, 30, 20] {
            report.count(FetchOutcome::Ok, Duration::from_micros(micros));
        }
        report.count(FetchOutcome::TimedOut, Duration::from_secs(4));
        report.finish(6, Duration::from_secs(4));
        let seen = [1, 50, 75, 99, 100].map(|percent| report.percentile(percent).as_micros());
        assert_eq!(seen, [10, 20, 30, 40, 40]);
        assert_eq!((report.over_three_seconds, report.unfinished), (1, 1));
        assert!(!report.all_ok());
    }
}
