//! The observations on one connection.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use flash_policy::parse::LARGEST;
use flash_policy::player::Step;

use super::http::WebHead;
use super::tls::TlsFault;

/// One connection, from the first attempt to its end. All times are since the check began.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    /// The addresses that were tried, in order. The last one was used.
    pub(crate) attempts: Vec<DialAttempt>,
    /// Why TLS failed, if it did.
    pub(crate) tls: Option<TlsFault>,
    /// What is wrong with the certificate, if `--insecure` accepted it.
    pub(crate) overlooked: Option<TlsFault>,
    /// The time and size of each read.
    pub(crate) reads: Vec<(Duration, usize)>,
    /// The received bytes, up to a little more than the longest policy.
    pub(crate) bytes: Vec<u8>,
    /// How and when the server closed, if it did.
    pub(crate) end: Option<(Ended, Duration)>,
    /// The requests to a web server, in order: one, and one for each redirect that was followed. The bytes are those of
    /// the last response.
    pub(crate) visits: Vec<WebVisit>,
    /// The segment size on this path, if the system knows it.
    pub(crate) segment: Option<u32>,
}

/// A request to a web server.
#[derive(Clone, Debug)]
pub(crate) struct WebVisit {
    pub(crate) url: String,
    /// None if the answer was not HTTP.
    pub(crate) head: Option<WebHead>,
}

/// One connection of the player: what the player concluded, and what was observed.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) step: Step,
    pub(crate) trace: Trace,
}

/// An address that was tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DialAttempt {
    pub(crate) address: SocketAddr,
    pub(crate) started: Duration,
    pub(crate) took: Duration,
    pub(crate) came: DialOutcome,
}

impl DialAttempt {
    pub(crate) fn is_connected(&self) -> bool {
        self.came == DialOutcome::Connected
    }
}

/// The result of trying an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DialOutcome {
    Connected,
    /// A reset in answer.
    Refused,
    /// The host or its network is reported as unreachable.
    Unreachable,
    /// This machine can't reach such addresses.
    NoRoute,
    /// No answer in time, as with a firewall that drops packets.
    Silence,
    /// Another error on this machine.
    Failed(io::ErrorKind),
}

/// How a server closed a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It closed its side.
    Fin,
    /// It reset the connection.
    Reset,
    /// It closed its side, and answered later data with a reset.
    FinThenReset,
}

impl Ended {
    pub(crate) const fn is_reset(self) -> bool {
        matches!(self, Self::Reset | Self::FinThenReset)
    }
}

/// A little more than the longest policy, so that an excess is visible.
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

    /// The bytes before the NUL, or all bytes.
    pub(crate) fn document(&self) -> &[u8] {
        self.bytes
            .split(|byte| *byte == 0)
            .next()
            .unwrap_or_default()
    }

    pub(crate) fn has_nul(&self) -> bool {
        self.bytes.contains(&0)
    }

    /// The number of bytes after the NUL.
    pub(crate) fn surplus(&self) -> usize {
        let nul = self.bytes.iter().position(|byte| *byte == 0);
        let all: usize = self.reads.iter().map(|(_, count)| count).sum();
        nul.map_or(0, |at| all.saturating_sub(at + 1))
    }

    /// Whether the document arrived in pieces that the network did not cause: reads that don't end at a full segment.
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

    /// When the first byte arrived.
    pub(crate) fn first_byte(&self) -> Option<Duration> {
        self.reads.first().map(|(at, _)| *at)
    }

    /// Whether the server closed the connection without sending anything.
    pub(super) fn ends_mute(&self) -> bool {
        let ended = self.end.is_some() || self.tls == Some(TlsFault::HungUp);
        ended && self.bytes.is_empty()
    }

    /// The time from the connect to the end.
    pub(super) fn time_to_end(&self) -> Duration {
        let (Some((_, end)), Some(attempt)) = (self.end, self.attempts.last()) else {
            return Duration::MAX;
        };
        end.saturating_sub(attempt.started + attempt.took)
    }
}
