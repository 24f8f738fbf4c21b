//! What an embedder puts between `accept` and its own protocol.

use std::io;

use flash_policy::Reply;
use flash_policy::accept::{
    AcceptConfig, CloseReason, Closing, Completion, First, Linger, Operation, ServerSide, Timing,
};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::clock::Clock;
use crate::operations::{discard, end, read, write};
use crate::{Closed, Prefixed};

/// Answers policy requests and hands every other stream back, with each byte that was read.
///
/// Cloning is cheap: the clones share the reply.
#[derive(Clone, Debug)]
pub struct PolicyAcceptor {
    config: AcceptConfig,
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

impl From<AcceptConfig> for PolicyAcceptor {
    fn from(config: AcceptConfig) -> Self {
        Self { config }
    }
}

impl PolicyAcceptor {
    /// An acceptor that answers with this reply.
    #[must_use]
    pub fn new(reply: Reply) -> Self {
        AcceptConfig::new(reply).into()
    }

    /// Other limits for the first bytes. A server that speaks first sets [`Timing::silence`], to 200 ms, say.
    #[must_use]
    pub const fn timing(mut self, timing: Timing) -> Self {
        self.config.timing = timing;
        self
    }

    /// Other limits for closing after a reply.
    #[must_use]
    pub const fn linger(mut self, linger: Linger) -> Self {
        self.config.linger = linger;
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
        let clock = Clock::start();
        let mut side = ServerSide::new(self.config.clone(), clock.now());
        loop {
            let done = match side.poll(clock.now()) {
                Operation::Read { until } => {
                    let read = read(&mut stream, side.room());
                    clock.by(until, read, Completion::Read).await
                }
                Operation::Write { bytes, until } => {
                    let write = write(&mut stream, bytes);
                    clock.by(until, write, Completion::Wrote).await
                }
                Operation::Close(Closing::End { until }) => {
                    clock
                        .by(until, end(&mut stream), |()| Completion::Ended)
                        .await
                }
                Operation::Close(Closing::Discard { until }) => {
                    clock
                        .by(until, discard(&mut stream), Completion::Read)
                        .await
                }
                Operation::Close(Closing::Done(reason)) => {
                    return Ok(Accepted::Answered(Closed::new(reason)));
                }
                Operation::HandOn(first) => {
                    let stream = Prefixed::new(stream, side.into_opening());
                    return Ok(Accepted::Stream(stream, first));
                }
                // What the stream itself reports is returned below.
                Operation::Abort(_) => return Err(io::ErrorKind::TimedOut.into()),
            };
            match done {
                Some(Ok(completion)) => side.handle(completion, clock.now()),
                Some(Err(error)) => return failed(side, error, clock),
                None => {}
            }
        }
    }
}

/// An error is one only while the reply is not out.
fn failed<S>(mut side: ServerSide, error: io::Error, clock: Clock) -> io::Result<Accepted<S>> {
    side.handle(Completion::Failed, clock.now());
    let lingered = Operation::Close(Closing::Done(CloseReason::Failed));
    if side.poll(clock.now()) == lingered {
        return Ok(Accepted::Answered(Closed::Failed(error.kind())));
    }
    Err(error)
}
