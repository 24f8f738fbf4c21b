//! What a server does between the phases: it asks the machine, or changes what follows. No I/O.

use std::borrow::Borrow;

use flash_policy::accept::{AcceptConfig, IfDropped, Opening, Operation};
use tokio::time::Instant;

use super::Driver;

impl<C: Borrow<AcceptConfig>> Driver<C> {
    /// The machine's next operation.
    ///
    /// ```
    /// use tokio::io::{AsyncWriteExt as _, duplex};
    /// use tokio_flash_policy::flash_policy::accept::{Operation, ServerSide};
    /// use tokio_flash_policy::flash_policy::{Moment, Policy, REQUEST, Reply};
    /// use tokio_flash_policy::{AcceptConfig, Driver};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let config = AcceptConfig::new(Reply::new(&Policy::new())?);
    /// let mut driver = Driver::new(ServerSide::new(config, Moment::ZERO));
    /// assert!(matches!(driver.poll(), Operation::Read { .. })); // for `recognize`
    /// let (mut client, mut server) = duplex(1024);
    /// client.write_all(REQUEST).await?;
    /// driver.recognize(&mut server).await?;
    /// assert!(matches!(driver.poll(), Operation::Write { .. })); // for `send`
    /// # Ok(())
    /// # }
    /// ```
    pub fn poll(&mut self) -> Operation<'_> {
        self.side.poll(self.clock.now())
    }

    /// Waits for the first byte of a client that has sent nothing, without a limit: then call
    /// [`recognize`](Self::recognize) again.
    ///
    /// Calls [`ServerSide::wait`](flash_policy::accept::ServerSide::wait).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use tokio::io::{AsyncWriteExt as _, duplex};
    /// use tokio_flash_policy::flash_policy::Moment;
    /// use tokio_flash_policy::flash_policy::accept::ServerSide;
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

    /// Recognizes the first bytes inside TLS: after the handshake, call [`recognize`](Self::recognize) with the stream
    /// inside.
    ///
    /// Calls [`ServerSide::restart_inside_tls`](flash_policy::accept::ServerSide::restart_inside_tls).
    ///
    /// ```
    /// use tokio::io::{AsyncWriteExt as _, duplex};
    /// use tokio_flash_policy::flash_policy::Moment;
    /// use tokio_flash_policy::flash_policy::accept::ServerSide;
    /// use tokio_flash_policy::{AcceptConfig, Driver, First};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let mut driver = Driver::new(ServerSide::new(AcceptConfig::without_reply(), Moment::ZERO));
    /// let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    /// assert_eq!(driver.recognize(&mut &hello[..]).await?, Some(First::Tls));
    /// // After the handshake, read what the client sent inside.
    /// let mut inside = &b"LOGIN"[..];
    /// driver.restart_inside_tls();
    /// assert_eq!(driver.recognize(&mut inside).await?, Some(First::Other));
    /// # Ok(())
    /// # }
    /// ```
    pub fn restart_inside_tls(&mut self) {
        self.side.restart_inside_tls(self.clock.now());
    }

    /// Closes a connection that is not to be served, or has been: then call [`close`](Self::close).
    ///
    /// Calls [`ServerSide::let_go`](flash_policy::accept::ServerSide::let_go).
    ///
    /// ```
    /// use tokio::io::{AsyncReadExt as _, duplex};
    /// use tokio_flash_policy::flash_policy::Moment;
    /// use tokio_flash_policy::flash_policy::accept::ServerSide;
    /// use tokio_flash_policy::{AcceptConfig, CloseReason, Driver};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let (mut client, mut server) = duplex(1024);
    /// let mut driver = Driver::new(ServerSide::new(AcceptConfig::without_reply(), Moment::ZERO));
    /// driver.let_go();
    /// driver.send(&mut server).await?; // nothing but the end of our side
    /// assert_eq!(client.read(&mut [0]).await?, 0);
    /// drop(client);
    /// assert_eq!(driver.close(&mut server).await, CloseReason::Cleanly);
    /// # Ok(())
    /// # }
    /// ```
    pub fn let_go(&mut self) {
        self.side.let_go(self.clock.now());
    }

    /// When all of the first bytes must have arrived, for example those of a TLS handshake.
    ///
    /// It is [`ServerSide::deadline`](flash_policy::accept::ServerSide::deadline), on tokio's clock.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use tokio::time::Instant;
    /// use tokio_flash_policy::flash_policy::Moment;
    /// use tokio_flash_policy::flash_policy::accept::ServerSide;
    /// use tokio_flash_policy::{AcceptConfig, Driver};
    ///
    /// let driver = Driver::new(ServerSide::new(AcceptConfig::without_reply(), Moment::ZERO));
    /// let left = driver.deadline() - Instant::now();
    /// assert!(left <= Duration::from_secs(10));
    /// ```
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.clock.instant(self.side.deadline())
    }

    /// What the peer must see if the socket is dropped now.
    ///
    /// It is [`ServerSide::if_dropped`](flash_policy::accept::ServerSide::if_dropped).
    ///
    /// ```
    /// use tokio::net::TcpStream;
    /// use tokio_flash_policy::flash_policy::accept::IfDropped;
    /// use tokio_flash_policy::{AcceptConfig, Driver};
    ///
    /// async fn answer(mut socket: TcpStream, mut driver: Driver<&AcceptConfig>) -> std::io::Result<()> {
    ///     let sent = driver.send(&mut socket).await;
    ///     if driver.if_dropped() == IfDropped::Reset {
    ///         // Only a part of the reply was sent, and must not look like all of it.
    ///         socket.set_zero_linger()?;
    ///     }
    ///     sent
    /// }
    /// ```
    #[must_use]
    pub const fn if_dropped(&self) -> IfDropped {
        self.side.if_dropped()
    }

    /// The bytes that were read to recognize the connection. The code that serves it must process them first.
    ///
    /// ```
    /// use tokio_flash_policy::flash_policy::Moment;
    /// use tokio_flash_policy::flash_policy::accept::ServerSide;
    /// use tokio_flash_policy::{AcceptConfig, Driver, Prefixed};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let mut stream = &b"LOGIN guest"[..];
    /// let mut driver = Driver::new(ServerSide::new(AcceptConfig::without_reply(), Moment::ZERO));
    /// driver.recognize(&mut stream).await?;
    /// let stream = Prefixed::new(driver.opening().bytes(), stream);
    /// assert_eq!(stream.unread(), b"LOGIN guest");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub const fn opening(&self) -> &Opening {
        self.side.opening()
    }

    /// Consumes the driver and returns the bytes that were read to recognize the connection: [`opening`](Self::opening)
    /// by value.
    #[must_use]
    pub fn into_opening(self) -> Opening {
        self.side.into_opening()
    }
}
