//! Accepts a TCP connection, and resets it if its reply is cut off.

use std::io;

use flash_policy::Moment;
use flash_policy::accept::{AcceptConfig, Accepted, IfDropped, ServerSide};
use tokio::net::TcpStream;

use crate::acceptor::PolicyAcceptor;
use crate::driver::Driver;
use crate::prefixed::Prefixed;

impl PolicyAcceptor {
    /// As [`accept`](Self::accept), for a TCP socket: it is reset if its reply is cut off, by an error, by a limit, or
    /// because this future is dropped. Otherwise a client could take half a policy for a whole one.
    ///
    /// Call this in a task of its own, never in the loop that accepts connections. [`Listener`](crate::Listener) does
    /// this for you.
    ///
    /// ```
    /// use tokio::net::TcpListener;
    /// use tokio_flash_policy::PolicyAcceptor;
    ///
    /// # async fn serve<S>(_: S) {}
    /// # async fn run(listener: TcpListener, acceptor: PolicyAcceptor) -> std::io::Result<()> {
    /// loop {
    ///     let (socket, _) = listener.accept().await?;
    ///     let acceptor = acceptor.clone();
    ///     tokio::spawn(async move {
    ///         if let Some(stream) = acceptor.accept_tcp(socket).await?.into_stream() {
    ///             serve(stream).await;
    ///         }
    ///         std::io::Result::Ok(())
    ///     });
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`accept`](Self::accept).
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, or in one without timers (`enable_time`).
    ///
    /// # Cancel safety
    ///
    /// Not cancel-safe: the connection is lost. It is reset if part of a reply was sent.
    pub async fn accept_tcp(
        &self,
        mut stream: TcpStream,
    ) -> io::Result<Accepted<Prefixed<TcpStream>>> {
        let mut driver = Driver::new(ServerSide::new(self.config(), Moment::ZERO));
        if let Some(first) = driver.recognize(&mut stream).await? {
            let stream = Prefixed::from_opening(stream, driver.into_opening());
            return Ok(Accepted::Stream(stream, first.into()));
        }
        let mut answering = TcpReply { stream, driver };
        answering.driver.send(&mut answering.stream).await?;
        let closed = answering.driver.close(&mut answering.stream).await;
        Ok(Accepted::Answered(closed))
    }
}

/// A connection that is being answered.
struct TcpReply<'a> {
    stream: TcpStream,
    driver: Driver<&'a AcceptConfig>,
}

impl Drop for TcpReply<'_> {
    fn drop(&mut self) {
        if self.driver.if_dropped() == IfDropped::Reset {
            // If this fails, the socket is closed as usual.
            let _ = self.stream.set_zero_linger();
        }
    }
}
