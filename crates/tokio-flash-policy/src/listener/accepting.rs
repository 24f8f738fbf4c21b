//! Accepts connections, recognizes each in a task of its own, and never waits for one client to serve another.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use flash_policy::accept::{Accepted, StreamKind};
use tokio::net::TcpStream;
use tokio::task::JoinError;
use tokio::time::{Instant, sleep};

use super::{Listener, OnAnswered, Recognized};
use crate::acceptor::PolicyAcceptor;
use crate::prefixed::Prefixed;

/// The pause after an error that will not pass at once, such as a lack of file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a connection is kept although others wait. Many connections can arrive before the runtime has read from the
/// first: without this time, clients that have sent their request would be dropped.
const KEPT: Duration = Duration::from_millis(100);

pub(super) type Arrived = (Prefixed<TcpStream>, StreamKind, SocketAddr);

impl Listener {
    /// Returns the next connection that is not a policy request, with the client's address.
    ///
    /// Call it in a loop: new connections are accepted only while it is awaited. Those that are already accepted are
    /// recognized and answered all the time.
    ///
    /// A server that does nothing but answer policy requests, for example on port 843, drops what this returns. That
    /// closes the connection. The example `policy_server` is such a server.
    ///
    /// ```
    /// use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    /// use tokio::net::TcpStream;
    /// use tokio_flash_policy::flash_policy::{Policy, Reply};
    /// use tokio_flash_policy::{Listener, PolicyAcceptor};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let acceptor = PolicyAcceptor::new(Reply::new(&Policy::new())?);
    /// let mut listener = Listener::bind("127.0.0.1:0", acceptor).await?;
    /// let mut client = TcpStream::connect(listener.local_addr()?).await?;
    /// client.write_all(b"LOGIN").await?;
    /// let (mut stream, address) = listener.accept().await;
    /// assert_eq!(address, client.local_addr()?);
    /// let mut received = [0; 5];
    /// stream.read_exact(&mut received).await?;
    /// assert_eq!(&received, b"LOGIN");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, or, once a client connects, in one without timers (`enable_time`). Also if what was
    /// given to [`on_answered`](Self::on_answered) panics.
    ///
    /// # Cancel safety
    ///
    /// Cancel-safe: no connection is lost if it is dropped and called again.
    pub async fn accept(&mut self) -> (Prefixed<TcpStream>, SocketAddr) {
        let (stream, _, address) = self.accept_kind().await;
        (stream, address)
    }

    /// As [`accept`](Self::accept), and says what the connection is.
    ///
    /// ```
    /// use tokio::io::AsyncWriteExt as _;
    /// use tokio::net::TcpStream;
    /// use tokio_flash_policy::flash_policy::{Policy, Reply};
    /// use tokio_flash_policy::{Listener, PolicyAcceptor, StreamKind};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let acceptor = PolicyAcceptor::new(Reply::new(&Policy::new())?);
    /// let mut listener = Listener::bind("127.0.0.1:0", acceptor).await?;
    /// let mut client = TcpStream::connect(listener.local_addr()?).await?;
    /// client.write_all(b"\x16\x03\x01").await?;
    /// let (_stream, kind, _address) = listener.accept_kind().await;
    /// assert_eq!(kind, StreamKind::Tls);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As for [`accept`](Self::accept).
    ///
    /// # Cancel safety
    ///
    /// Cancel-safe, as [`accept`](Self::accept) is.
    pub async fn accept_kind(&mut self) -> (Prefixed<TcpStream>, StreamKind, SocketAddr) {
        poll_fn(|context| self.poll_accept(context)).await
    }

    fn poll_accept(&mut self, context: &mut Context<'_>) -> Poll<Arrived> {
        loop {
            if let Poll::Ready(Some(ended)) = self.open.poll_join_next(context) {
                match arrived(ended, &mut self.on_answered) {
                    Some(arrived) => return Poll::Ready(arrived),
                    None => continue,
                }
            }
            if self.waiting.is_some() && self.open.len() < self.limit {
                self.pause = None;
            }
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(context));
                self.pause = None;
            }
            if let Some((socket, address)) = self.waiting.take() {
                self.start_or_wait(socket, address);
                continue;
            }
            match ready!(self.socket.poll_accept(context)) {
                Ok((socket, address)) => self.start_or_wait(socket, address),
                Err(error) => self.recover(&error),
            }
        }
    }

    /// Starts to recognize a connection. At the limit it waits until the oldest connection has ended, or can be dropped.
    fn start_or_wait(&mut self, socket: TcpStream, address: SocketAddr) {
        if self.open.len() >= self.limit
            && let Err(left) = self.drop_oldest()
        {
            self.waiting = Some((socket, address));
            self.pause = Some(Box::pin(sleep(left)));
            return;
        }
        if self.by_age.len() > self.limit.saturating_mul(2) {
            self.by_age.retain(|(_, task)| !task.is_finished());
        }
        let recognized = recognize(Arc::clone(&self.acceptor), socket, address);
        let task = self.open.spawn(recognized);
        self.by_age.push_back((Instant::now(), task));
    }

    /// Drops the oldest connection, or returns how long it must be kept.
    fn drop_oldest(&mut self) -> Result<(), Duration> {
        while let Some((started, oldest)) = self.by_age.front() {
            if !oldest.is_finished() {
                let left = KEPT.saturating_sub(started.elapsed());
                if !left.is_zero() {
                    return Err(left);
                }
                oldest.abort();
                self.by_age.pop_front();
                return Ok(());
            }
            self.by_age.pop_front();
        }
        Ok(())
    }

    fn recover(&mut self, error: &io::Error) {
        if is_about_one_connection(error) {
            return;
        }
        if lacks_descriptors(error) {
            // One that must be kept is older after the pause.
            let _ = self.drop_oldest();
        }
        self.pause = Some(Box::pin(sleep(PAUSE)));
    }
}

/// Recognizes one connection, and answers it if it is a policy request. `None` if it fails.
pub(super) async fn recognize(
    acceptor: Arc<PolicyAcceptor>,
    socket: TcpStream,
    address: SocketAddr,
) -> Option<Recognized> {
    let accepted = acceptor.accept_tcp(socket).await;
    accepted.ok().map(|accepted| (address, accepted))
}

/// Returns the connection if it must be served. It may also be answered, failed or dropped.
pub(super) fn arrived(
    task: Result<Option<Recognized>, JoinError>,
    on_answered: &mut Option<OnAnswered>,
) -> Option<Arrived> {
    match task {
        Ok(Some((address, Accepted::Stream(stream, kind)))) => Some((stream, kind, address)),
        Ok(Some((address, Accepted::Answered(reason)))) => {
            if let Some(call) = on_answered {
                call(address, reason);
            }
            None
        }
        // Without this, a runtime without timers would close every client, and the server would wait forever.
        Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
        Ok(None) | Err(_) => None,
    }
}

/// Whether the next connection is not affected. Linux also reports network errors of a new connection here (`accept(2)`).
fn is_about_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{
        ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, Interrupted,
        NetworkDown, NetworkUnreachable,
    };
    matches!(
        error.kind(),
        ConnectionAborted
            | ConnectionRefused
            | ConnectionReset
            | HostUnreachable
            | Interrupted
            | NetworkDown
            | NetworkUnreachable
    )
}

/// Whether the process or the system has no file descriptor left: `EMFILE` and `ENFILE`, which are the same numbers on
/// every Unix, and `WSAEMFILE`.
fn lacks_descriptors(error: &io::Error) -> bool {
    let code = error.raw_os_error();
    if cfg!(windows) {
        code == Some(10_024)
    } else {
        matches!(code, Some(23 | 24))
    }
}
