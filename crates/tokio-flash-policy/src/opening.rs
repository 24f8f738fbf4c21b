//! The first bytes of a connection: read, kept, and recognised under one deadline.
//!
//! Nothing is read beyond what 64 bytes hold, and nothing that was read is ever lost: it stays in the [`Opening`].

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use flash_policy::{REQUEST, Recogniser, Verdict};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{Instant, timeout_at};

use crate::deadline::later;

/// A request is at most 25 bytes; reading a few more tells whether anything follows it.
const CAPACITY: usize = 64;

/// How long the first bytes may take.
///
/// Any length will do; what exceeds thirty years counts as so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timing {
    /// For all of the first bytes, from the start; a byte now and then does not extend it. Default: 10 s.
    ///
    /// Below 3 s a lost packet costs the client its connection: the first retransmission of a SYN comes after 1 s.
    pub request: Duration,
    /// How long a request that lacks only its terminator waits for one. Default: 300 ms.
    pub bare: Duration,
    /// How long a client may stay silent before it counts as one that waits for the server to speak. Default: as long
    /// as `request`.
    pub silence: Option<Duration>,
    /// Whether what may become an HTTP request waits for more. Default: it does.
    pub http: HttpDetection,
}

/// Whether an HTTP request is told from other bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpDetection {
    /// It is [`First::Http`], once its first line has begun.
    #[default]
    On,
    /// The same becomes of it as of everything else, so nobody waits to know: its first byte makes it [`First::Other`].
    ///
    /// For servers that do nothing else with HTTP: with it, a message that is no more than `G` or `POST` is not held
    /// back until [`Timing::request`] is over.
    Off,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(10),
            bare: Duration::from_millis(300),
            silence: None,
            http: HttpDetection::On,
        }
    }
}

impl Timing {
    /// Another limit for all of the first bytes.
    #[must_use]
    pub const fn request(mut self, limit: Duration) -> Self {
        self.request = limit;
        self
    }

    /// Another wait for the terminator that a request lacks.
    #[must_use]
    pub const fn bare(mut self, limit: Duration) -> Self {
        self.bare = limit;
        self
    }

    /// Another way with HTTP.
    #[must_use]
    pub const fn http(mut self, http: HttpDetection) -> Self {
        self.http = http;
        self
    }

    /// Another limit for silence.
    #[must_use]
    pub const fn silence(mut self, limit: Duration) -> Self {
        self.silence = Some(limit);
        self
    }
}

/// What a connection turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum First {
    /// A policy request.
    Policy(Rest),
    /// A TLS handshake.
    Tls,
    /// An HTTP request.
    Http,
    /// Something else.
    Other,
    /// No byte within [`Timing::silence`].
    Silent,
    /// The start of a request, or nothing, when [`Timing::request`] was over.
    Deadline,
    /// The start of a request, or nothing, and then the end of the stream.
    End,
}

/// What may follow a policy request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rest {
    /// Exactly the 23 bytes that a player sends were read, and no more: it sends no others.
    Nothing,
    /// More was read, or the request is not a player's: closing at once could reset the connection.
    Perhaps,
}

/// The bytes read so far, and what they are.
#[derive(Clone, Debug)]
pub struct Opening {
    recogniser: Recogniser,
    bytes: [u8; CAPACITY],
    filled: u8,
}

impl Default for Opening {
    fn default() -> Self {
        Self::new()
    }
}

impl Opening {
    /// Nothing read yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            recogniser: Recogniser::new(),
            bytes: [0; CAPACITY],
            filled: 0,
        }
    }

    /// Reads once through `read`, for callers that have a stream of their own kind; returns how many bytes came.
    ///
    /// `read` gets room for the bytes and returns how many of it it has filled. Where it fails, nothing has changed.
    pub fn fill<E>(
        &mut self,
        read: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<usize, E> {
        let filled = usize::from(self.filled);
        let room = self.bytes.get_mut(filled..).unwrap_or_default();
        let count = read(room)?.min(room.len());
        self.recogniser.feed(room.get(..count).unwrap_or_default());
        self.filled = u8::try_from(filled + count).unwrap_or(u8::MAX);
        Ok(count)
    }

    /// The bytes read so far.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes
            .get(..usize::from(self.filled))
            .unwrap_or_default()
    }

    /// What is known from the bytes alone.
    #[must_use]
    pub fn first(&self) -> Option<First> {
        match self.recogniser.verdict() {
            Verdict::NeedMore => None,
            Verdict::Policy => Some(First::Policy(self.rest())),
            Verdict::Tls => Some(First::Tls),
            Verdict::Http => Some(First::Http),
            Verdict::Other => Some(First::Other),
        }
    }

    /// Reads until it is known what the connection is.
    ///
    /// It may be dropped and called again; what was read stays here, but the time starts anew.
    pub fn read<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        timing: Timing,
    ) -> impl Future<Output = io::Result<First>> {
        let deadline = later(timing.request);
        let silence = timing
            .silence
            .map_or(deadline, |limit| later(limit).min(deadline));
        let (bare, http) = (timing.bare, timing.http);
        // A block rather than an `async fn`: a waiting connection keeps its captures once, not twice.
        async move {
            loop {
                if let Some(first) = self.first() {
                    return Ok(first);
                }
                if http == HttpDetection::Off && self.recogniser.may_be_http() {
                    return Ok(First::Other);
                }
                let until = self.next_limit(deadline, silence, bare);
                match timeout_at(until, self.read_once(stream)).await {
                    Ok(Ok(0)) => return Ok(self.without_more(First::End)),
                    Ok(Ok(_)) => {}
                    Ok(Err(error)) => return Err(error),
                    Err(_) if Instant::now() < deadline => {
                        return Ok(self.without_more(First::Silent));
                    }
                    Err(_) => return Ok(self.without_more(First::Deadline)),
                }
            }
        }
    }

    /// Until when the next byte must come.
    fn next_limit(&self, deadline: Instant, silence: Instant, bare: Duration) -> Instant {
        if self.recogniser.is_bare_request() {
            later(bare)
        } else if self.bytes().is_empty() {
            silence
        } else {
            deadline
        }
    }

    fn read_once<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
    ) -> impl Future<Output = io::Result<usize>> {
        poll_fn(move |context| {
            let mut poll = Poll::Pending;
            let done = self.fill(|room| {
                let mut buffer = ReadBuf::new(room);
                poll = Pin::new(&mut *stream).poll_read(context, &mut buffer);
                Ok::<_, Infallible>(buffer.filled().len())
            });
            let count = done.unwrap_or_default();
            poll.map_ok(|()| count)
        })
    }

    fn without_more(&self, otherwise: First) -> First {
        if self.recogniser.is_bare_request() {
            First::Policy(Rest::Perhaps)
        } else {
            otherwise
        }
    }

    fn rest(&self) -> Rest {
        if self.bytes() == REQUEST {
            Rest::Nothing
        } else {
            Rest::Perhaps
        }
    }
}
