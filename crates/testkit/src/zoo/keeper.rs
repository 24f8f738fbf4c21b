//! A listener that plays scripts.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, Result};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use socket2::{Domain, Protocol, Socket, Type};

use super::script::{Script, play};

/// A running listener; it stops when dropped, once its connections have ended.
#[derive(Debug)]
pub struct Keeper {
    address: SocketAddr,
    // Closing this end of the pair is what tells the accept loop to stop.
    stop: Option<UnixStream>,
    thread: Option<JoinHandle<()>>,
    accepted: Arc<AtomicUsize>,
}

impl Keeper {
    /// Binds an address and plays the scripts to its connections, in turn.
    pub fn start(address: SocketAddr, turns: &'static [Script]) -> Result<Self> {
        let listener = listen(address).with_context(|| format!("listening on {address}"))?;
        let address = listener.local_addr()?;
        let (stop, stopped) = UnixStream::pair().context("creating a socket pair")?;
        let accepted = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&accepted);
        let thread =
            thread::Builder::new().spawn(move || serve(&listener, &stopped, turns, &counted))?;
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
            accepted,
        })
    }

    /// How many connections it has accepted.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A panic in it has been told on standard error; a destructor must not panic too.
            let _ = thread.join();
        }
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let domain = Domain::for_address(address);
    let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(1024)?;
    Ok(socket.into())
}

fn serve(
    listener: &TcpListener,
    stopped: &UnixStream,
    turns: &'static [Script],
    accepted: &AtomicUsize,
) {
    let mut turn = turns.iter().cycle();
    while connection_waits(listener, stopped) {
        let Ok((connection, _)) = listener.accept() else {
            continue;
        };
        accepted.fetch_add(1, Ordering::Relaxed);
        if let Some(script) = turn.next() {
            // Not waited for: a script that sleeps must not hold up the end of its test.
            thread::spawn(move || converse(script, connection));
        }
    }
}

fn converse(script: Script, connection: TcpStream) {
    // Accepted from a listener that does not block; whatever goes wrong is what the check sees at the other end.
    let _ = connection
        .set_nonblocking(false)
        .and_then(|()| play(script, connection));
}

fn connection_waits(listener: &TcpListener, stopped: &UnixStream) -> bool {
    let mut watched = [
        PollFd::new(stopped, PollFlags::IN),
        PollFd::new(listener, PollFlags::IN),
    ];
    match poll(&mut watched, None) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(_) => return false,
    }
    let [stopped, _] = watched;
    stopped.revents().is_empty()
}
