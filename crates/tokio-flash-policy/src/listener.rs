//! A listener that answers policy requests, for servers that accept in one place.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use flash_policy::accept::Accepted;
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Sleep, sleep};

use crate::acceptor::PolicyAcceptor;
use crate::prefixed::Prefixed;

/// The default of [`Listener::limit`]: half of the 1024 open files that most systems allow a process by default.
pub const OPEN_LIMIT: usize = 512;

/// The pause after an error that will not pass at once, such as a lack of file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// A TCP listener that answers policy requests itself and returns all other connections.
///
/// Each connection is recognized and answered in a task of its own, so a client that sends nothing delays no other. The
/// tasks belong to the listener: dropping it closes the connections that it has not returned yet.
///
/// # Limit
///
/// At most [`OPEN_LIMIT`] connections are open that are not returned yet, or as many as [`limit`](Self::limit) says. If
/// another one arrives, the oldest of them is dropped: a client that sends nothing, or one that does not close after its
/// reply. So clients that only connect cannot keep others out. A reply that is cut off by this ends with a reset.
///
/// # Errors
///
/// [`accept`](Self::accept) returns no errors. Connections that fail are skipped. If the process has no file descriptor
/// left, the oldest connection that is not returned yet is dropped, and the next attempt follows after 100 ms, as
/// after every other error.
///
/// ```no_run
/// use tokio_flash_policy::flash_policy::{Policy, Reply};
/// use tokio_flash_policy::{Listener, PolicyAcceptor};
///
/// # async fn serve<S>(_: S) {}
/// # async fn run(policy: Policy) -> Result<(), Box<dyn std::error::Error>> {
/// let acceptor = PolicyAcceptor::new(Reply::new(&policy)?);
/// let mut listener = Listener::bind("0.0.0.0:9339", acceptor).await?;
/// loop {
///     let (stream, _address) = listener.accept().await;
///     tokio::spawn(serve(stream)); // reads everything the client sent, from the first byte
/// }
/// # }
/// ```
///
/// hyper takes the streams too, in `hyper_util::rt::TokioIo::new(stream)`. For axum, the feature `axum` implements
/// `axum::serve::Listener`.
pub struct Listener {
    socket: TcpListener,
    acceptor: Arc<PolicyAcceptor>,
    limit: usize,
    /// The connections that are not returned yet.
    open: JoinSet<Option<Arrived>>,
    /// The tasks of `open` by age, and some that have ended.
    by_age: VecDeque<AbortHandle>,
    pause: Option<Pin<Box<Sleep>>>,
}

type Arrived = (Prefixed<TcpStream>, SocketAddr);

impl Listener {
    /// Accepts from this listener.
    ///
    /// ```
    /// use tokio::net::TcpSocket;
    /// use tokio_flash_policy::flash_policy::{Policy, Reply};
    /// use tokio_flash_policy::{Listener, PolicyAcceptor};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let socket = TcpSocket::new_v4()?;
    /// socket.bind("127.0.0.1:0".parse()?)?;
    /// let acceptor = PolicyAcceptor::new(Reply::new(&Policy::new())?);
    /// let listener = Listener::new(socket.listen(1024)?, acceptor);
    /// assert!(listener.local_addr()?.ip().is_loopback());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn new(listener: TcpListener, acceptor: PolicyAcceptor) -> Self {
        Self {
            socket: listener,
            acceptor: Arc::new(acceptor),
            limit: OPEN_LIMIT,
            open: JoinSet::new(),
            by_age: VecDeque::new(),
            pause: None,
        }
    }

    /// Binds to an address, as [`TcpListener::bind`] does, and listens there.
    ///
    /// ```
    /// use tokio::net::TcpStream;
    /// use tokio_flash_policy::flash_policy::{Policy, Reply};
    /// use tokio_flash_policy::{Listener, PolicyAcceptor};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let acceptor = PolicyAcceptor::new(Reply::new(&Policy::new())?);
    /// let listener = Listener::bind("127.0.0.1:0", acceptor).await?;
    /// TcpStream::connect(listener.local_addr()?).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`TcpListener::bind`].
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, or in one without I/O (`enable_io`).
    pub async fn bind(address: impl ToSocketAddrs, acceptor: PolicyAcceptor) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        Ok(Self::new(listener, acceptor))
    }

    /// Sets how many connections may be open that are not returned yet; at least 1. Default: [`OPEN_LIMIT`].
    ///
    /// Each takes a file descriptor, so it should be less than the process may have (`ulimit -n`) by the number of
    /// connections that the server itself holds.
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
    /// let mut listener = Listener::bind("127.0.0.1:0", acceptor).await?.limit(1);
    /// let mut silent = TcpStream::connect(listener.local_addr()?).await?;
    /// let mut client = TcpStream::connect(listener.local_addr()?).await?;
    /// client.write_all(b"LOGIN").await?;
    /// let (_stream, address) = listener.accept().await;
    /// assert_eq!(address, client.local_addr()?);
    /// assert_eq!(silent.read(&mut [0]).await?, 0); // was closed to make room
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn limit(mut self, open: usize) -> Self {
        self.limit = open.max(1);
        self
    }

    /// Returns the next connection that is not a policy request, with the client's address.
    ///
    /// Call it in a loop: new connections are accepted only while it is awaited. Those that are already accepted are
    /// recognized and answered all the time.
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
    /// Outside a tokio runtime, or in one without timers (`enable_time`).
    ///
    /// # Cancel safety
    ///
    /// Cancel-safe: no connection is lost if it is dropped and called again.
    pub async fn accept(&mut self) -> (Prefixed<TcpStream>, SocketAddr) {
        poll_fn(|context| self.poll_accept(context)).await
    }

    /// The address that it listens on.
    ///
    /// ```
    /// use tokio_flash_policy::flash_policy::{Policy, Reply};
    /// use tokio_flash_policy::{Listener, PolicyAcceptor};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let acceptor = PolicyAcceptor::new(Reply::new(&Policy::new())?);
    /// let listener = Listener::bind("127.0.0.1:0", acceptor).await?;
    /// assert_ne!(listener.local_addr()?.port(), 0); // the system chose one
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`TcpListener::local_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// The listener inside, for its options.
    ///
    /// ```
    /// use tokio_flash_policy::Listener;
    ///
    /// # fn run(listener: &Listener) -> std::io::Result<()> {
    /// println!("hop limit {}", listener.get_ref().ttl()?);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub const fn get_ref(&self) -> &TcpListener {
        &self.socket
    }

    fn poll_accept(&mut self, context: &mut Context<'_>) -> Poll<Arrived> {
        loop {
            match self.open.poll_join_next(context) {
                Poll::Ready(Some(Ok(Some(arrived)))) => return Poll::Ready(arrived),
                // Answered, failed or dropped.
                Poll::Ready(Some(_)) => continue,
                Poll::Ready(None) | Poll::Pending => {}
            }
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(context));
                self.pause = None;
            }
            match ready!(self.socket.poll_accept(context)) {
                Ok((socket, address)) => self.start(socket, address),
                Err(error) => self.recover(&error),
            }
        }
    }

    fn start(&mut self, socket: TcpStream, address: SocketAddr) {
        if self.open.len() >= self.limit {
            self.drop_oldest();
        }
        if self.by_age.len() > self.limit.saturating_mul(2) {
            self.by_age.retain(|task| !task.is_finished());
        }
        let acceptor = Arc::clone(&self.acceptor);
        self.by_age.push_back(self.open.spawn(async move {
            match acceptor.accept_tcp(socket).await {
                Ok(Accepted::Stream(stream, _)) => Some((stream, address)),
                Ok(Accepted::Answered(_)) | Err(_) => None,
            }
        }));
    }

    fn drop_oldest(&mut self) {
        while let Some(oldest) = self.by_age.pop_front() {
            if !oldest.is_finished() {
                return oldest.abort();
            }
        }
    }

    fn recover(&mut self, error: &io::Error) {
        if is_about_one_connection(error) {
            return;
        }
        if lacks_descriptors(error) {
            self.drop_oldest();
        }
        self.pause = Some(Box::pin(sleep(PAUSE)));
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("socket", &self.socket)
            .field("limit", &self.limit)
            .field("open", &self.open.len())
            .finish_non_exhaustive()
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
