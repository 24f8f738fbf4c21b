//! A listener with its own thread, which stops when it is dropped.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, Result};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use socket2::{Domain, Protocol, Socket, Type};

/// Enough for all clients of a test at once, because no test is about the backlog.
const BACKLOG: i32 = 4096;

/// A running listener.
#[derive(Debug)]
pub(crate) struct Listening {
    address: SocketAddr,
    // Closing this end of the pair stops the thread.
    stop: Option<UnixStream>,
    thread: Option<JoinHandle<()>>,
}

impl Listening {
    /// Listens on a bound socket, and passes the connections to `serve`.
    pub(crate) fn start(
        socket: Socket,
        serve: impl FnOnce(Connections) + Send + 'static,
    ) -> Result<Self> {
        socket.set_nonblocking(true)?;
        socket.listen(BACKLOG)?;
        let listener = TcpListener::from(socket);
        let address = listener.local_addr()?;
        let (stop, stopped) = UnixStream::pair().context("can't create a socket pair")?;
        let thread =
            thread::Builder::new().spawn(move || serve(Connections { listener, stopped }))?;
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The address, with the port that the system chose if none was given.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has already reported it on stderr; a destructor must not panic too.
            let _ = thread.join();
        }
    }
}

/// The incoming connections, until the listener is dropped.
pub(crate) struct Connections {
    listener: TcpListener,
    stopped: UnixStream,
}

impl Iterator for Connections {
    type Item = (TcpStream, SocketAddr);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut watched = [
                PollFd::new(&self.stopped, PollFlags::IN),
                PollFd::new(&self.listener, PollFlags::IN),
            ];
            match poll(&mut watched, None) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(_) => return None,
            }
            let [stopped, _] = watched;
            if !stopped.revents().is_empty() {
                return None;
            }
            // The only error left is a client that gave up while it waited in the backlog.
            if let Ok(connection) = self.listener.accept() {
                return Some(connection);
            }
        }
    }
}

/// A socket that is bound and refuses connections until it listens; port 0 takes a free port.
pub(crate) fn bind(address: SocketAddr) -> io::Result<Socket> {
    let domain = Domain::for_address(address);
    let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
    // Many servers here close first, so the port of an earlier one may still be in TIME_WAIT.
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.bind(&address.into())?;
    Ok(socket)
}
