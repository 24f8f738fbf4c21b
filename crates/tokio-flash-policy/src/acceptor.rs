//! The acceptor that a server puts between `accept` and its own protocol.

use std::io;

use flash_policy::Reply;
use flash_policy::accept::{AcceptConfig, First, Linger, Moment, ServerSide, Timing};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::closed::Closed;
use crate::driver::Driver;
use crate::prefixed::Prefixed;

/// Answers policy requests and returns every other stream, with every byte that was read.
///
/// Cloning is cheap: clones share the reply.
#[derive(Clone, Debug)]
pub struct PolicyAcceptor {
    config: AcceptConfig,
}

/// How a stream was accepted.
#[derive(Debug)]
pub enum Accepted<S> {
    /// It was a policy request. It was answered and closed.
    Answered(Closed),
    /// It is not a policy request. [`First`] says what it is, and no byte is lost.
    ///
    /// [`First::Silent`] and [`First::Deadline`] streams are still open: their clients have just not sent enough.
    Stream(Prefixed<S>, First),
}

impl From<AcceptConfig> for PolicyAcceptor {
    fn from(config: AcceptConfig) -> Self {
        Self { config }
    }
}

impl PolicyAcceptor {
    /// Creates an acceptor that answers with this reply.
    #[must_use]
    pub fn new(reply: Reply) -> Self {
        AcceptConfig::new(reply).into()
    }

    /// Sets the limits for the first bytes. A server that speaks first should set [`Timing::silence`], for example to
    /// 200 ms.
    #[must_use]
    pub const fn timing(mut self, timing: Timing) -> Self {
        self.config.timing = timing;
        self
    }

    /// Sets the limits for closing after a reply.
    #[must_use]
    pub const fn linger(mut self, linger: Linger) -> Self {
        self.config.linger = linger;
        self
    }

    /// Reads the first bytes. Answers a policy request and closes the stream, or returns the stream.
    ///
    /// # Errors
    ///
    /// Errors are those of the stream. For example, the peer reset it before it was recognized, or did not accept the
    /// reply within 10 s (`TimedOut`).
    ///
    /// # Cancel safety
    ///
    /// Not cancel-safe: the bytes that were read are lost. The stream is then dropped without a reset, so a reply that
    /// was cut off ends with a plain FIN and without its NUL.
    pub async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut stream: S,
    ) -> io::Result<Accepted<S>> {
        let mut driver = Driver::new(ServerSide::new(self.config.clone(), Moment::ZERO));
        if let Some(first) = driver.recognize(&mut stream).await? {
            let stream = Prefixed::new(stream, driver.into_opening());
            return Ok(Accepted::Stream(stream, first));
        }
        driver.send(&mut stream).await?;
        Ok(Accepted::Answered(driver.close(&mut stream).await))
    }
}
