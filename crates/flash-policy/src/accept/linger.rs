//! Lingering close: end our side of the stream, then read until the peer ends its side.
//!
//! Linux and other systems send a reset if a socket is closed with unread input, or if input arrives after the close
//! (RFC 1122, 4.2.2.13; RFC 2525, 2.17). The peer may then lose what it has not read yet. So the server ends its
//! stream, reads and discards until the peer ends its own, and only then closes the socket.

use core::time::Duration;

use super::{CloseReason, Closing, Completion, Moment};
use crate::moment::TimeSpan;

/// How long to wait for the peer to end its side.
///
/// ```
/// use core::time::Duration;
///
/// use flash_policy::accept::Linger;
///
/// let linger = Linger::default().total(Duration::from_secs(10)).bytes(64 * 1024);
/// assert_eq!(linger.between_reads, Duration::from_secs(5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Linger {
    /// Between two reads. Default: 5 s.
    pub between_reads: Duration,
    /// In total. Default: 30 s. With 2 s, 3 of 100,000 connections with a trailing byte failed at 5 % packet loss.
    pub total: Duration,
    /// The maximum number of bytes to read and discard. Default: no limit.
    ///
    /// A peer that sends more may lose the reply.
    pub bytes: Option<u64>,
}

impl Linger {
    /// Sets the limit between two reads.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{CloseReason, Closing, Completion, Linger, LingeringClose};
    ///
    /// let linger = Linger::default().between_reads(Duration::from_secs(2));
    /// let mut close = LingeringClose::new(linger, Moment::ZERO);
    /// close.handle(Completion::Ended, Moment::ZERO);
    /// let later = Moment::after(Duration::from_secs(2));
    /// assert_eq!(close.poll(later), Closing::Done(CloseReason::Silence));
    /// ```
    #[must_use]
    pub const fn between_reads(mut self, limit: Duration) -> Self {
        self.between_reads = limit;
        self
    }

    /// Sets the total limit.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{CloseReason, Closing, Linger, LingeringClose};
    ///
    /// let linger = Linger::default().total(Duration::from_secs(10));
    /// let mut close = LingeringClose::new(linger, Moment::ZERO);
    /// let later = Moment::after(Duration::from_secs(10));
    /// assert_eq!(close.poll(later), Closing::Done(CloseReason::TimeUp));
    /// ```
    #[must_use]
    pub const fn total(mut self, limit: Duration) -> Self {
        self.total = limit;
        self
    }

    /// Sets the maximum number of bytes to read and discard.
    ///
    /// ```
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{CloseReason, Closing, Completion, Linger, LingeringClose};
    ///
    /// let now = Moment::ZERO;
    /// let mut close = LingeringClose::new(Linger::default().bytes(1024), now);
    /// close.handle(Completion::Ended, now);
    /// close.handle(Completion::Read(2000), now);
    /// assert_eq!(close.poll(now), Closing::Done(CloseReason::TooMuch));
    /// ```
    #[must_use]
    pub const fn bytes(mut self, limit: u64) -> Self {
        self.bytes = Some(limit);
        self
    }
}

impl Default for Linger {
    fn default() -> Self {
        Self {
            between_reads: Duration::from_secs(5),
            total: Duration::from_secs(30),
            bytes: None,
        }
    }
}

/// A lingering close, as a state machine. Write everything before you start it.
///
/// ```
/// use std::io::Read as _;
/// use std::net::{Shutdown, TcpStream};
///
/// use flash_policy::Moment;
/// use flash_policy::accept::{CloseReason, Closing, Completion, Linger, LingeringClose};
///
/// /// Closes a blocking socket. A real driver also has a clock, and sets timeouts.
/// fn close(mut stream: &TcpStream) -> std::io::Result<CloseReason> {
///     let now = Moment::ZERO;
///     let mut close = LingeringClose::new(Linger::default(), now);
///     loop {
///         let completion = match close.poll(now) {
///             Closing::End { until: _ } => {
///                 stream.shutdown(Shutdown::Write)?;
///                 Completion::Ended
///             }
///             Closing::Discard { until: _ } => Completion::Read(stream.read(&mut [0; 1024])?),
///             Closing::Done(reason) => return Ok(reason),
///         };
///         close.handle(completion, now);
///     }
/// }
/// # let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
/// # let client = TcpStream::connect(listener.local_addr()?)?;
/// # client.shutdown(Shutdown::Write)?;
/// # assert_eq!(close(&listener.accept()?.0)?, CloseReason::Cleanly);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LingeringClose {
    between_reads: TimeSpan,
    /// The maximum number of bytes to read and discard.
    most: u64,
    /// When the total limit ends.
    end: Moment,
    state: LingerState,
}

#[derive(Clone, Copy, Debug)]
enum LingerState {
    /// Our side of the stream is still open.
    Ending,
    /// The peer's side of the stream is still open.
    Discarding {
        /// When something last happened.
        heard: Moment,
        bytes: u64,
    },
    Done(CloseReason),
}

impl LingeringClose {
    /// Starts a lingering close.
    ///
    /// ```
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{Closing, Linger, LingeringClose};
    ///
    /// let mut close = LingeringClose::new(Linger::default(), Moment::ZERO);
    /// // First, end our side of the stream.
    /// assert!(matches!(close.poll(Moment::ZERO), Closing::End { .. }));
    /// ```
    #[must_use]
    pub fn new(linger: Linger, now: Moment) -> Self {
        Self {
            between_reads: TimeSpan::of(linger.between_reads),
            most: linger.bytes.unwrap_or(u64::MAX),
            end: now + linger.total,
            state: LingerState::Ending,
        }
    }

    /// Starts a lingering close after our side of the stream has ended.
    pub(super) fn ended(linger: Linger, now: Moment) -> Self {
        let mut close = Self::new(linger, now);
        close.handle(Completion::Ended, now);
        close
    }

    /// Returns what to do next. Call it again after each [`handle`](Self::handle), and when `until` has passed.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{Closing, Completion, Linger, LingeringClose};
    ///
    /// let now = Moment::ZERO;
    /// let mut close = LingeringClose::new(Linger::default(), now);
    /// assert_eq!(close.poll(now), Closing::End { until: now + Duration::from_secs(30) });
    /// close.handle(Completion::Ended, now);
    /// assert_eq!(close.poll(now), Closing::Discard { until: now + Duration::from_secs(5) });
    /// ```
    pub fn poll(&mut self, now: Moment) -> Closing {
        match self.state {
            LingerState::Ending if self.end <= now => self.done(CloseReason::TimeUp),
            LingerState::Ending => Closing::End { until: self.end },
            LingerState::Discarding { heard, .. } => {
                let silence = heard + self.between_reads;
                match silence.min(self.end) {
                    until if now < until => Closing::Discard { until },
                    until if until < self.end => self.done(CloseReason::Silence),
                    _ => self.done(CloseReason::TimeUp),
                }
            }
            LingerState::Done(reason) => Closing::Done(reason),
        }
    }

    /// Reports the result of an operation. A result of an operation that was not requested is ignored.
    ///
    /// ```
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{CloseReason, Closing, Completion, Linger, LingeringClose};
    ///
    /// let now = Moment::ZERO;
    /// let mut close = LingeringClose::new(Linger::default(), now);
    /// close.handle(Completion::Ended, now); // our side
    /// close.handle(Completion::Read(0), now); // the peer's side
    /// assert_eq!(close.poll(now), Closing::Done(CloseReason::Cleanly));
    /// ```
    pub fn handle(&mut self, completion: Completion, now: Moment) {
        self.state = match (self.state, completion) {
            (LingerState::Done(reason), _) => LingerState::Done(reason),
            (_, Completion::Failed) => LingerState::Done(CloseReason::Failed),
            (LingerState::Ending, Completion::Ended) => LingerState::Discarding {
                heard: now,
                bytes: 0,
            },
            (LingerState::Discarding { .. }, Completion::Read(0)) => {
                LingerState::Done(CloseReason::Cleanly)
            }
            (LingerState::Discarding { bytes, .. }, Completion::Read(count)) => {
                self.discarding(bytes, count, now)
            }
            (state, _) => state,
        };
    }

    fn discarding(&self, before: u64, count: usize, now: Moment) -> LingerState {
        let bytes = before.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        if bytes > self.most {
            LingerState::Done(CloseReason::TooMuch)
        } else {
            LingerState::Discarding { heard: now, bytes }
        }
    }

    const fn done(&mut self, reason: CloseReason) -> Closing {
        self.state = LingerState::Done(reason);
        Closing::Done(reason)
    }
}
