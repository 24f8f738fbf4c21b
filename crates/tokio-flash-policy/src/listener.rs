//! A listener that answers policy requests, for servers that accept in one place.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use flash_policy::accept::{Accepted, CloseReason};
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, Sleep, sleep};

use crate::acceptor::PolicyAcceptor;
use crate::prefixed::Prefixed;

mod accepting;
mod finishing;

/// The default of [`Listener::limit`]: half of the 1024 open files that most systems allow a process by default.
pub const OPEN_LIMIT: usize = 512;

/// A TCP listener that answers policy requests itself and returns all other connections.
///
/// Each connection is recognized and answered in a task of its own, so a client that sends nothing delays no other. The
/// tasks belong to the listener: dropping it closes the connections that it has not returned yet, and
/// [`finish`](Self::finish) answers them first.
///
/// # Limit
///
/// At most [`OPEN_LIMIT`] connections are open that are not returned yet, or as many as [`limit`](Self::limit) says. If
/// another one arrives, the oldest of them is dropped: a client that sends nothing, or one that does not close after its
/// reply. So clients that only connect cannot keep others out. A reply that is cut off by this ends with a reset. In a
/// burst, each connection is kept for at least 100 ms, so clients that have sent their request get their reply. In that
/// time, one more connection waits for room, and the others stay in the system's queue.
///
/// # Errors
///
/// [`accept`](Self::accept) returns no errors. Connections that fail are skipped. If the process has no file descriptor
/// left, the oldest connection that is not returned yet is dropped, and the next attempt follows after 100 ms, as
/// after every other error. So at most ten clients a second are accepted then. If your process may have few file
/// descriptors, set a lower [`limit`](Self::limit): the oldest connection then makes room at once.
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
    open: JoinSet<Option<Recognized>>,
    /// The tasks of `open` by age, with their start, and some that have ended.
    by_age: VecDeque<(Instant, AbortHandle)>,
    /// Accepted at the limit, before the oldest could be dropped.
    waiting: Option<(TcpStream, SocketAddr)>,
    pause: Option<Pin<Box<Sleep>>>,
    on_answered: Option<OnAnswered>,
}

/// A connection that did not fail.
type Recognized = (SocketAddr, Accepted<Prefixed<TcpStream>>);

type OnAnswered = Box<dyn FnMut(SocketAddr, CloseReason) + Send + Sync>;

impl Listener {
    /// Accepts from this listener, which may have options that [`bind`](Self::bind) does not set, such as a larger backlog.
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
    /// // If thousands of players connect at once, for example after a restart, 128 places are full at once. Linux
    /// // allows 4096 by default (`net.core.somaxconn`).
    /// let listener = Listener::new(socket.listen(4096)?, acceptor);
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
            waiting: None,
            pause: None,
            on_answered: None,
        }
    }

    /// Binds to an address, as [`TcpListener::bind`] does, and listens there.
    ///
    /// A server with many players should listen with a larger backlog, and use [`new`](Self::new): `TcpListener::bind`
    /// asks for 128 places, for clients that are connected but not accepted. If they are full, a client's system tries
    /// again after 1 s and after 3 s, and players wait only 3 s for port 843.
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
    /// Outside a tokio runtime, or in one without I/O (`enable_io`) or timers (`enable_time`).
    pub async fn bind(address: impl ToSocketAddrs, acceptor: PolicyAcceptor) -> io::Result<Self> {
        // Panics here rather than at the first client.
        drop(sleep(Duration::ZERO));
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

    /// Calls this with each client that was answered, once its connection is closed, and with how it ended.
    ///
    /// It is called from within [`accept`](Self::accept), so it should not block. A client counts as answered once the
    /// whole reply was sent. Connections that fail before, and those that are dropped to make room, are not reported.
    ///
    /// ```
    /// use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    /// use tokio::net::TcpStream;
    /// use tokio::sync::mpsc::unbounded_channel;
    /// use tokio_flash_policy::flash_policy::{Policy, REQUEST, Reply};
    /// use tokio_flash_policy::{CloseReason, Listener, PolicyAcceptor};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let acceptor = PolicyAcceptor::new(Reply::new(&Policy::new())?);
    /// let (answered, mut log) = unbounded_channel();
    /// let mut listener = Listener::bind("127.0.0.1:0", acceptor)
    ///     .await?
    ///     .on_answered(move |client, reason| drop(answered.send((client, reason))));
    /// let mut client = TcpStream::connect(listener.local_addr()?).await?;
    /// client.write_all(REQUEST).await?;
    /// let address = client.local_addr()?;
    /// tokio::select! {
    ///     _ = listener.accept() => panic!("a policy request was returned"),
    ///     line = log.recv() => assert_eq!(line, Some((address, CloseReason::AtOnce))),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn on_answered(
        mut self,
        call: impl FnMut(SocketAddr, CloseReason) + Send + Sync + 'static,
    ) -> Self {
        self.on_answered = Some(Box::new(call));
        self
    }

    /// Changes the reply and the limits for connections that arrive from now on, for example when the policy file has
    /// changed.
    ///
    /// ```
    /// use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    /// use tokio::net::TcpStream;
    /// use tokio_flash_policy::flash_policy::{Policy, REQUEST, Reply};
    /// use tokio_flash_policy::{Listener, PolicyAcceptor};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let acceptor = PolicyAcceptor::new(Reply::new(&Policy::new())?);
    /// let mut listener = Listener::bind("127.0.0.1:0", acceptor).await?;
    /// let changed = Reply::new(&Policy::new().allow("www.example.com", 9339)?)?;
    /// listener.set_acceptor(PolicyAcceptor::new(changed.clone()));
    ///
    /// let mut client = TcpStream::connect(listener.local_addr()?).await?;
    /// client.write_all(REQUEST).await?;
    /// let mut received = Vec::new();
    /// tokio::select! {
    ///     _ = listener.accept() => panic!("a policy request was returned"),
    ///     read = client.read_to_end(&mut received) => drop(read?),
    /// }
    /// assert_eq!(received, changed.as_bytes());
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_acceptor(&mut self, acceptor: PolicyAcceptor) {
        self.acceptor = Arc::new(acceptor);
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
