//! Drives the state machine through a connection, phase by phase.

use std::borrow::Borrow;
use std::io;

use flash_policy::accept::{
    AcceptConfig, CloseReason, Closing, Completion, First, Operation, ServerSide,
};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::clock::Clock;
use crate::operations::{discard, end, read, write};

mod between;

/// A state machine with its clock, for servers that do something of their own between its phases.
///
/// Each phase performs the machine's operations until one belongs to another phase; [`poll`](Self::poll) then returns
/// that operation. Errors are those of the stream, and have been reported to the machine.
///
/// For example, one deadline can cover the first bytes, a TLS handshake, and the first bytes inside:
///
/// ```no_run
/// use tokio::io::{AsyncRead, AsyncWrite};
/// use tokio::time::timeout_at;
/// use tokio_flash_policy::flash_policy::Moment;
/// use tokio_flash_policy::flash_policy::accept::ServerSide;
/// use tokio_flash_policy::{AcceptConfig, Driver, First, Prefixed};
/// use tokio_rustls::TlsAcceptor;
///
/// # async fn play<S>(_: S) {}
/// async fn serve<S>(mut stream: S, config: &AcceptConfig, tls: &TlsAcceptor) -> std::io::Result<()>
/// where
///     S: AsyncRead + AsyncWrite + Unpin,
/// {
///     let mut driver = Driver::new(ServerSide::new(config, Moment::ZERO));
///     if driver.recognize(&mut stream).await? != Some(First::Tls) {
///         return Ok(()); // this server is for `SecureSocket` only
///     }
///     let hello = driver.opening().bytes();
///     let handshake = tls.accept(Prefixed::new(hello, stream));
///     let mut stream = timeout_at(driver.deadline(), handshake).await??;
///     driver.restart_inside_tls();
///     if driver.recognize(&mut stream).await?.is_none() {
///         driver.send(&mut stream).await?;
///         driver.close(&mut stream).await;
///     } else {
///         play(Prefixed::new(driver.opening().bytes(), stream)).await;
///     }
///     Ok(())
/// }
/// ```
///
/// [`PolicyAcceptor`](crate::PolicyAcceptor) runs all phases; use it if you need nothing between them.
#[derive(Debug)]
pub struct Driver<C = AcceptConfig> {
    side: ServerSide<C>,
    clock: Clock,
}

impl<C: Borrow<AcceptConfig>> Driver<C> {
    /// Continues a machine for which the current time is [`Moment::ZERO`](flash_policy::Moment::ZERO).
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use tokio_flash_policy::flash_policy::Moment;
    /// use tokio_flash_policy::flash_policy::accept::ServerSide;
    /// use tokio_flash_policy::{AcceptConfig, Driver};
    ///
    /// // The config can be owned, borrowed, or shared by all connections.
    /// let config = Arc::new(AcceptConfig::without_reply());
    /// let driver = Driver::new(ServerSide::new(Arc::clone(&config), Moment::ZERO));
    /// assert!(driver.opening().bytes().is_empty());
    /// ```
    #[must_use]
    pub fn new(side: ServerSide<C>) -> Self {
        let clock = Clock::start();
        Self { side, clock }
    }

    /// Reads until the connection is recognized. Returns `None` if nothing is to be served: it is a request that
    /// [`send`](Self::send) must answer, or the machine is past that, and the connection is being closed or is closed.
    ///
    /// ```
    /// use tokio::io::{AsyncWriteExt as _, duplex};
    /// use tokio_flash_policy::flash_policy::Moment;
    /// use tokio_flash_policy::flash_policy::accept::ServerSide;
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
    /// A socket that is dropped before this returns must be reset, as [`if_dropped`](Self::if_dropped) says.
    ///
    /// ```
    /// use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    /// use tokio_flash_policy::flash_policy::accept::ServerSide;
    /// use tokio_flash_policy::flash_policy::{Moment, Policy, REQUEST, Reply};
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
    /// `InvalidInput` if there is nothing to send: [`recognize`](Self::recognize) has not returned `None`, and
    /// [`let_go`](Self::let_go) was not called. Once our side has ended, this does nothing.
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
                Operation::Close(_) => return Ok(()),
                Operation::Read { .. } => return Err(wrong_phase(NOT_RECOGNIZED)),
                Operation::HandOn(_) => return Err(wrong_phase(HANDED_ON)),
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
    /// use tokio_flash_policy::flash_policy::Moment;
    /// use tokio_flash_policy::flash_policy::accept::ServerSide;
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

    /// Reports the result of an operation, or nothing if its time ran out.
    fn handle(&mut self, done: Option<io::Result<Completion>>) -> io::Result<()> {
        let Some(done) = done else { return Ok(()) };
        let completion = done.as_ref().map_or(Completion::Failed, |done| *done);
        self.side.handle(completion, self.clock.now());
        done.map(drop)
    }
}

const NOT_RECOGNIZED: &str = "nothing to send: call `recognize` first";
const HANDED_ON: &str = "nothing to send: `recognize` found no policy request to answer; `close` or `let_go` ends the connection";

/// The caller's mistake.
fn wrong_phase(text: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, text)
}
