//! What was seen on one connection.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use flash_policy::document::LARGEST;
use flash_policy::player::Step;

use super::tls::TlsFault;

/// One connection, from the look for an address to its end. All times are since the check began.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    /// The addresses that were tried, in order; the last one is the one that was spoken to.
    pub(crate) attempts: Vec<DialAttempt>,
    /// Why TLS failed, if it did.
    pub(crate) tls: Option<TlsFault>,
    /// What is wrong with the certificate, where `--insecure` accepts it all the same.
    pub(crate) overlooked: Option<TlsFault>,
    /// What each read brought: when, and how many bytes.
    pub(crate) reads: Vec<(Duration, usize)>,
    /// What came, but for what is more than any policy has.
    pub(crate) bytes: Vec<u8>,
    /// How the server let go, if it did, and when.
    pub(crate) end: Option<(Ended, Duration)>,
    /// The size of a segment on this path, where the system knows it.
    pub(crate) segment: Option<u32>,
}

/// One connection of the player: what it made of it, and what was really there.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) step: Step,
    pub(crate) trace: Trace,
}

/// One address that was tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DialAttempt {
    pub(crate) address: SocketAddr,
    pub(crate) started: Duration,
    pub(crate) took: Duration,
    pub(crate) came: DialOutcome,
}

/// What came of trying an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DialOutcome {
    Connected,
    /// A reset in answer.
    Refused,
    /// The host or its network is said to be out of reach.
    Unreachable,
    /// This machine has no way to such addresses.
    NoRoute,
    /// Nothing came while it was waited for: where a firewall drops what it does not like, this is what is seen.
    Silence,
    /// Something else went wrong here.
    Failed(io::ErrorKind),
}

/// How a server let go of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It ended its side.
    Fin,
    /// It reset the connection.
    Reset,
    /// It ended its side, and answered what it got later with a reset.
    FinThenReset,
}

impl Ended {
    pub(crate) const fn is_reset(self) -> bool {
        matches!(self, Self::Reset | Self::FinThenReset)
    }
}

/// A few bytes more than any policy has, so that it shows.
const KEPT: usize = LARGEST + 1024;

impl Trace {
    pub(super) fn keep(&mut self, at: Duration, bytes: &[u8]) {
        self.reads.push((at, bytes.len()));
        let room = KEPT.saturating_sub(self.bytes.len());
        self.bytes
            .extend_from_slice(bytes.get(..bytes.len().min(room)).unwrap_or_default());
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= KEPT
    }

    /// What came before the NUL, or all of it.
    pub(crate) fn document(&self) -> &[u8] {
        self.bytes
            .split(|byte| *byte == 0)
            .next()
            .unwrap_or_default()
    }

    pub(crate) fn has_nul(&self) -> bool {
        self.bytes.contains(&0)
    }

    /// How many bytes came after the NUL.
    pub(crate) fn surplus(&self) -> usize {
        let nul = self.bytes.iter().position(|byte| *byte == 0);
        let all: usize = self.reads.iter().map(|(_, count)| count).sum();
        nul.map_or(0, |at| all.saturating_sub(at + 1))
    }

    /// Whether the document came in pieces that the path did not cut: reads that end elsewhere than a full segment.
    pub(crate) fn in_pieces(&self) -> bool {
        let needed = self.document().len() + usize::from(self.has_nul());
        let segment = self
            .segment
            .map_or(1_400, |segment| segment as usize)
            .max(1);
        let mut end = 0;
        self.reads.iter().any(|(_, count)| {
            end += count;
            end < needed && end % segment != 0
        })
    }

    /// When the first byte came.
    pub(crate) fn first_byte(&self) -> Option<Duration> {
        self.reads.first().map(|(at, _)| *at)
    }

    /// Whether the server ended the connection, and sent nothing.
    pub(super) fn ends_mute(&self) -> bool {
        let ended = self.end.is_some() || self.tls == Some(TlsFault::HungUp);
        ended && self.bytes.is_empty()
    }

    /// From the connect to the end.
    pub(super) fn time_to_end(&self) -> Duration {
        let (Some((_, end)), Some(attempt)) = (self.end, self.attempts.last()) else {
            return Duration::MAX;
        };
        end.saturating_sub(attempt.started + attempt.took)
    }
}
