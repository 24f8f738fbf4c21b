//! Drives the state machine through a connection, phase by phase.

use std::borrow::Borrow;
use std::io;

use flash_policy::accept::{
    AcceptConfig, CloseReason, Closing, Completion, First, IfDropped, Opening, Operation,
    ServerSide,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

use crate::clock::Clock;
use crate::operations::{discard, end, read, write};

/// A state machine with its clock, for servers that do something of their own between its phases.
///
/// Each phase performs the machine's operations until one belongs to another phase; [`poll`](Self::poll) then returns
/// that operation. Errors are those of the stream, and have been reported to the machine.
#[derive(Debug)]
pub struct Driver<C = AcceptConfig> {
    side: ServerSide<C>,
    clock: Clock,
}

impl<C: Borrow<AcceptConfig>> Driver<C> {
    /// Continues a machine for which the current time is [`Moment::ZERO`](flash_policy::accept::Moment::ZERO).
    #[must_use]
    pub fn new(side: ServerSide<C>) -> Self {
        let clock = Clock::start();
        Self { side, clock }
    }

    /// The machine's next operation.
    pub fn poll(&mut self) -> Operation<'_> {
        self.side.poll(self.clock.now())
    }

    /// Reads until the connection is recognized. Returns `None` if it is a request that must be answered.
    ///
    /// ```
    /// use tokio::io::{AsyncWriteExt as _, duplex};
    /// use tokio_flash_policy::flash_policy::accept::{Moment, ServerSide};
    /// use tokio_flash_policy::{AcceptConfig, Driver, First};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let (mut client, mut server) = duplex(1024);
    /// client.write_all(b"LOGIN").await?;
    /// let mut driver = Driver::new(ServerSide::new(AcceptConfig::without_reply(), Moment::ZERO));
    /// assert_eq!(driver.recognize(&mut server).await?, Some(First::Other));
    /// assert_eq!(driver.opening().bytes(), b"LOGIN");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The stream's own.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, or in one without timers.
    ///
    /// # Cancel safety
    ///
    /// Cancel-safe: it can be dropped and called again, and loses no bytes. Deadlines keep running.
    #[expect(
        clippy::manual_async_fn,
        reason = "a waiting connection would hold its captures twice"
    )]
    pub fn recognize<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
    ) -> impl Future<Output = io::Result<Option<First>>> {
        async move {
            loop {
                let until = match self.poll() {
                    Operation::Read { until } => until,
                    Operation::HandOn(first) => return Ok(Some(first)),
                    Operation::Write { .. } | Operation::Close(_) => return Ok(None),
                    Operation::Abort(_) => return Err(io::ErrorKind::ConnectionReset.into()),
                };
                let read = read(stream, self.side.room());
                let done = self.clock.by(until, read, Completion::Read).await;
                self.handle(done)?;
            }
        }
    }

    /// Writes the reply, then ends our side of the stream.
    ///
    /// A socket that is dropped before this returns must be reset: see [`IfDropped`].
    ///
    /// ```
    /// use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    /// use tokio_flash_policy::flash_policy::accept::{Moment, ServerSide};
    /// use tokio_flash_policy::flash_policy::{Policy, REQUEST, Reply};
    /// use tokio_flash_policy::{AcceptConfig, Driver};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let reply = Reply::new(&Policy::new())?;
    /// let config = AcceptConfig::new(reply.clone());
    /// let (mut client, mut server) = duplex(1024);
    /// client.write_all(REQUEST).await?;
    /// let mut driver = Driver::new(ServerSide::new(config, Moment::ZERO));
    /// assert_eq!(driver.recognize(&mut server).await?, None);
    /// driver.send(&mut server).await?;
    /// let mut received = Vec::new();
    /// client.read_to_end(&mut received).await?;
    /// assert_eq!(received, reply.as_bytes());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The stream's own, and `TimedOut` if the peer does not accept the reply within
    /// [`AcceptConfig::write_limit`].
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, or in one without timers.
    ///
    /// # Cancel safety
    ///
    /// Not cancel-safe: if it is dropped during a write and called again, bytes may be sent twice.
    pub async fn send<S: AsyncWrite + Unpin>(&mut self, stream: &mut S) -> io::Result<()> {
        loop {
            let clock = self.clock;
            let done = match self.side.poll(clock.now()) {
                Operation::Write { bytes, until } => {
                    let write = write(stream, bytes);
                    clock.by(until, write, Completion::Wrote).await
                }
                Operation::Close(Closing::End { until }) => {
                    let ended = |()| Completion::Ended;
                    clock.by(until, end(stream), ended).await
                }
                Operation::Abort(_) => return Err(io::ErrorKind::TimedOut.into()),
                Operation::Read { .. } | Operation::Close(_) | Operation::HandOn(_) => {
                    return Ok(());
                }
            };
            self.handle(done)?;
        }
    }

    /// Ends our side of the stream, if it is still open, and waits for the peer to end its side. Dropping the stream
    /// then loses no data.
    ///
    /// This also closes a connection that was handed on: it calls [`let_go`](Self::let_go) first.
    ///
    /// ```
    /// use tokio::io::{AsyncWriteExt as _, duplex};
    /// use tokio_flash_policy::flash_policy::accept::{Moment, ServerSide};
    /// use tokio_flash_policy::{AcceptConfig, CloseReason, Driver, First};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let (mut client, mut server) = duplex(1024);
    /// client.write_all(b"LOGIN").await?;
    /// client.shutdown().await?;
    /// let mut driver = Driver::new(ServerSide::new(AcceptConfig::without_reply(), Moment::ZERO));
    /// assert_eq!(driver.recognize(&mut server).await?, Some(First::Other));
    /// server.write_all(b"goodbye").await?;
    /// assert_eq!(driver.close(&mut server).await, CloseReason::Cleanly);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, or in one without timers.
    ///
    /// # Cancel safety
    ///
    /// Cancel-safe once [`send`](Self::send) has returned, or for a connection that was handed on: it can be dropped and
    /// called again. Deadlines keep running.
    pub async fn close<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
    ) -> CloseReason {
        self.let_go();
        if self.send(stream).await.is_err() {
            return CloseReason::Failed;
        }
        loop {
            let until = match self.poll() {
                Operation::Close(Closing::Discard { until } | Closing::End { until }) => until,
                Operation::Close(Closing::Done(reason)) => return reason,
                Operation::Read { .. }
                | Operation::Write { .. }
                | Operation::HandOn(_)
                | Operation::Abort(_) => return CloseReason::Failed,
            };
            let read = discard(stream);
            let done = self.clock.by(until, read, Completion::Read).await;
            if self.handle(done).is_err() {
                return CloseReason::Failed;
            }
        }
    }

    /// Calls [`ServerSide::wait`].
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use tokio::io::{AsyncWriteExt as _, duplex};
    /// use tokio_flash_policy::flash_policy::accept::{Moment, ServerSide};
    /// use tokio_flash_policy::{AcceptConfig, Driver, First, Timing};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let timing = Timing::default().silence(Duration::from_millis(20));
    /// let config = AcceptConfig::without_reply().timing(timing);
    /// let (mut client, mut server) = duplex(1024);
    /// let mut driver = Driver::new(ServerSide::new(config, Moment::ZERO));
    /// assert_eq!(driver.recognize(&mut server).await?, Some(First::Silent));
    /// server.write_all(b"welcome").await?;
    /// driver.wait();
    /// client.write_all(b"LOGIN").await?;
    /// assert_eq!(driver.recognize(&mut server).await?, Some(First::Other));
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait(&mut self) {
        self.side.wait();
    }

    /// Calls [`ServerSide::restart_inside_tls`].
    pub fn restart_inside_tls(&mut self) {
        self.side.restart_inside_tls(self.clock.now());
    }

    /// Calls [`ServerSide::let_go`].
    pub fn let_go(&mut self) {
        self.side.let_go(self.clock.now());
    }

    /// When all of the first bytes must have arrived: [`ServerSide::deadline`].
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.clock.instant(self.side.deadline())
    }

    /// What the peer must see if the socket is dropped now: [`ServerSide::if_dropped`].
    #[must_use]
    pub const fn if_dropped(&self) -> IfDropped {
        self.side.if_dropped()
    }

    /// The bytes that were read to recognize the connection.
    #[must_use]
    pub const fn opening(&self) -> &Opening {
        self.side.opening()
    }

    /// Consumes the driver and returns the bytes that were read to recognize the connection.
    #[must_use]
    pub fn into_opening(self) -> Opening {
        self.side.into_opening()
    }

    /// Reports the result of an operation, or nothing if its time ran out.
    fn handle(&mut self, done: Option<io::Result<Completion>>) -> io::Result<()> {
        let Some(done) = done else { return Ok(()) };
        let completion = done.as_ref().map_or(Completion::Failed, |done| *done);
        self.side.handle(completion, self.clock.now());
        done.map(drop)
    }
}
