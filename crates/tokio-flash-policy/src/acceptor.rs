//! The acceptor that a server puts between `accept` and its own protocol.

use std::io;

use flash_policy::accept::{AcceptConfig, Accepted, LingerWhen, ServerSide};
use flash_policy::{Moment, Reply};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::driver::Driver;
use crate::prefixed::Prefixed;

/// Answers policy requests and returns every other stream, with every byte that was read.
///
/// [`new`](Self::new) uses the default limits. To change them, convert an [`AcceptConfig`]. Cloning is cheap: clones
/// share the reply.
///
/// ```
/// use std::time::Duration;
///
/// use tokio_flash_policy::flash_policy::{Policy, Reply};
/// use tokio_flash_policy::{AcceptConfig, PolicyAcceptor, Timing};
///
/// // For a server that speaks first: a client that says nothing for 200 ms is waiting for it. `Timing::silence` says
/// // which players that costs their policy.
/// let config = AcceptConfig::new(Reply::new(&Policy::new())?)
///     .timing(Timing::default().silence(Duration::from_millis(200)))
///     .total(Duration::from_secs(20));
/// let acceptor = PolicyAcceptor::from(config);
/// assert_eq!(acceptor.config().longest(), Duration::from_secs(20));
/// # Ok::<(), flash_policy::reply::ReplyError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PolicyAcceptor {
    config: AcceptConfig,
}

impl From<AcceptConfig> for PolicyAcceptor {
    fn from(config: AcceptConfig) -> Self {
        Self { config }
    }
}

impl PolicyAcceptor {
    /// Creates an acceptor that answers with this reply, with the default limits.
    ///
    /// ```
    /// use tokio_flash_policy::PolicyAcceptor;
    /// use tokio_flash_policy::flash_policy::{Policy, Reply};
    ///
    /// let policy = Policy::new().allow("www.example.com", 9339)?;
    /// let acceptor = PolicyAcceptor::new(Reply::new(&policy)?);
    /// assert!(acceptor.config().reply.is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(reply: Reply) -> Self {
        AcceptConfig::new(reply).into()
    }

    /// The reply and all limits.
    ///
    /// ```
    /// use tokio_flash_policy::flash_policy::accept::ServerSide;
    /// use tokio_flash_policy::flash_policy::{Moment, Policy, Reply};
    /// use tokio_flash_policy::{Driver, PolicyAcceptor};
    ///
    /// let acceptor = PolicyAcceptor::new(Reply::new(&Policy::new())?);
    /// // For a driver with the same settings.
    /// let driver = Driver::new(ServerSide::new(acceptor.config(), Moment::ZERO));
    /// # let _ = driver;
    /// # Ok::<(), flash_policy::reply::ReplyError>(())
    /// ```
    #[must_use]
    pub const fn config(&self) -> &AcceptConfig {
        &self.config
    }

    /// Reads the first bytes. Answers a policy request and closes the stream, or returns the stream.
    ///
    /// Call this in a task of its own, **never in the loop that accepts connections**. A client that sends nothing keeps
    /// it waiting for 10 s, and a loop that waits for it serves no other client. `Listener` has such tasks.
    ///
    /// It takes [`AcceptConfig::longest`] at most: 50.6 s with the default limits.
    ///
    /// After the reply, it always waits for the client to end its side, as if the config had [`LingerWhen::Always`]:
    /// inside TLS, the client's `close_notify` follows the reply. For a TCP socket,
    /// [`accept_tcp`](Self::accept_tcp) closes sooner after a player's exact request.
    ///
    /// ```
    /// use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    /// use tokio_flash_policy::flash_policy::{Policy, Reply};
    /// use tokio_flash_policy::{Accepted, PolicyAcceptor, StreamKind};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let acceptor = PolicyAcceptor::new(Reply::new(&Policy::new())?);
    /// let (mut client, server) = duplex(1024);
    /// client.write_all(b"LOGIN guest\0").await?;
    /// let Accepted::Stream(mut stream, kind) = acceptor.accept(server).await? else {
    ///     return Ok(()); // a policy request: answered and closed
    /// };
    /// assert_eq!(kind, StreamKind::Other);
    /// let mut received = [0; 12];
    /// stream.read_exact(&mut received).await?;
    /// assert_eq!(&received, b"LOGIN guest\0");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Errors are those of the stream. For example, the peer reset it before it was recognized, or did not accept the
    /// reply in time (`TimedOut`).
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, or in one without timers (`enable_time`).
    ///
    /// # Cancel safety
    ///
    /// Not cancel-safe: the bytes that were read are lost. The stream is then dropped without a reset, so a reply that
    /// was cut off ends with a plain FIN and without its NUL. The same holds after an error.
    pub async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut stream: S,
    ) -> io::Result<Accepted<Prefixed<S>>> {
        let config = self.config.clone().linger_when(LingerWhen::Always);
        let mut driver = Driver::new(ServerSide::new(config, Moment::ZERO));
        if let Some(first) = driver.recognize(&mut stream).await? {
            let stream = Prefixed::from_opening(stream, driver.into_opening());
            return Ok(Accepted::Stream(stream, first.into()));
        }
        driver.send(&mut stream).await?;
        Ok(Accepted::Answered(driver.close(&mut stream).await))
    }
}
