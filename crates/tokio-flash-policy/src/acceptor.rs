//! What an embedder puts between `accept` and its own protocol.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use flash_policy::Reply;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

use crate::{Closed, First, Linger, Opening, Prefixed, Rest, Timing, close};

/// How long a client may take to make room for the reply and its end.
const WRITE_LIMIT: Duration = Duration::from_secs(10);

/// Answers policy requests and hands every other stream back, with each byte that was read.
///
/// Cloning is cheap: the clones share the reply.
#[derive(Clone, Debug)]
pub struct PolicyAcceptor {
    reply: Reply,
    timing: Timing,
    linger: Linger,
}

/// What became of a stream.
#[derive(Debug)]
pub enum Accepted<S> {
    /// It asked for the policy, was answered, and has been closed.
    Answered(Closed),
    /// It is not a policy request; why is said, and no byte is missing.
    ///
    /// [`First::Silent`] and [`First::Deadline`] streams are alive: their clients just have not said enough.
    Stream(Prefixed<S>, First),
}

impl PolicyAcceptor {
    /// An acceptor that answers with this reply.
    #[must_use]
    pub fn new(reply: Reply) -> Self {
        Self {
            reply,
            timing: Timing::default(),
            linger: Linger::default(),
        }
    }

    /// Other limits for the first bytes. A server that speaks first sets [`Timing::silence`], to 200 ms, say.
    #[must_use]
    pub const fn timing(mut self, timing: Timing) -> Self {
        self.timing = timing;
        self
    }

    /// Other limits for closing after a reply.
    #[must_use]
    pub const fn linger(mut self, linger: Linger) -> Self {
        self.linger = linger;
        self
    }

    /// Reads the first bytes; answers and closes, or hands the stream back.
    ///
    /// An error is the stream's own: the peer was reset before it was known what it is, or could not be answered
    /// within 10 s (`TimedOut`). Cancelling loses what was read.
    pub async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut stream: S,
    ) -> io::Result<Accepted<S>> {
        let mut opening = Opening::new();
        let first = opening.read(&mut stream, self.timing).await?;
        let First::Policy(rest) = first else {
            return Ok(Accepted::Stream(Prefixed::new(stream, opening), first));
        };
        let reply = self.reply.as_bytes();
        match rest {
            Rest::Perhaps => {
                timeout(WRITE_LIMIT, write_all(&mut stream, reply)).await??;
                Ok(Accepted::Answered(close(&mut stream, self.linger).await))
            }
            Rest::Nothing => {
                timeout(WRITE_LIMIT, write_and_end(&mut stream, reply)).await??;
                Ok(Accepted::Answered(Closed::Cleanly))
            }
        }
    }
}

async fn write_and_end<S: AsyncWrite + Unpin>(stream: &mut S, bytes: &[u8]) -> io::Result<()> {
    write_all(stream, bytes).await?;
    poll_fn(|context| Pin::new(&mut *stream).poll_shutdown(context)).await
}

async fn write_all<S: AsyncWrite + Unpin>(stream: &mut S, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let count = poll_fn(|context| Pin::new(&mut *stream).poll_write(context, bytes)).await?;
        if count == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = bytes.get(count..).unwrap_or_default();
    }
    poll_fn(|context| Pin::new(&mut *stream).poll_flush(context)).await
}
