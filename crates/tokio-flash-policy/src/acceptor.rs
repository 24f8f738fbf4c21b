//! What an embedder puts between `accept` and its own protocol.

use std::io;

use flash_policy::Reply;
use flash_policy::accept::{AcceptConfig, First, Linger, Moment, ServerSide, Timing};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::closed::Closed;
use crate::driver::Driver;
use crate::prefixed::Prefixed;

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
    /// within 10 s (`TimedOut`). Cancelling loses what was read. The stream is then dropped without
    /// a reset: a reply that was cut off ends with a plain FIN, and lacks its NUL.
    pub async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut stream: S,
    ) -> io::Result<Accepted<S>> {
        let mut driver = Driver::new(ServerSide::new(self.config.clone(), Moment::ZERO));
        if let Some(first) = driver.recognise(&mut stream).await? {
            let stream = Prefixed::new(stream, driver.into_opening());
            return Ok(Accepted::Stream(stream, first));
        }
        driver.send(&mut stream).await?;
        Ok(Accepted::Answered(driver.close(&mut stream).await))
    }
}
