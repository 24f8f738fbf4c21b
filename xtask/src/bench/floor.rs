//! `bench floor`: the least that a server with one thread, and one epoll or one `io_uring`, can cost.
//!
//! A floor does what a careful C program would do and nothing else: no limits, no deadlines, no logs. It serves as a
//! baseline for real servers, on any machine and without other software. It must never serve clients from the network.

mod io_uring;

use std::fs;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, accept_with, bind, getsockname,
    listen, recv, send, socket_with, sockopt,
};
use rustix::process::{Signal, set_parent_process_death_signal};
use testkit::load::REQUEST;

/// Clamped by the kernel to what the machine allows.
const BACKLOG: i32 = 4096;
/// The listener's epoll data; connections have the number of their place.
const LISTENER: u64 = u64::MAX;
const EVENTS: usize = 256;

/// What to serve, and in which minimal way.
#[derive(Debug, Args)]
pub(crate) struct Floor {
    kind: FloorKind,
    /// Address to listen on, as IP:PORT; the bound address is printed as address=IP:PORT
    #[arg(long)]
    listen: SocketAddr,
    /// File with the policy
    #[arg(long)]
    policy: PathBuf,
}

/// How little a floor does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FloorKind {
    /// Accept and close, without sending
    Null,
    /// Accept, receive at once, send, close
    Epoll,
    /// Like epoll, with the reply and the end of the stream in one segment
    #[value(name = "epoll-1seg")]
    EpollOneSegment,
    /// Like epoll-1seg, with `io_uring`; needs a C compiler, and a kernel and sandbox that allow it
    IoUring,
}

impl FloorKind {
    /// Its name on the command line.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Epoll => "epoll",
            Self::EpollOneSegment => "epoll-1seg",
            Self::IoUring => "io-uring",
        }
    }
}

impl Floor {
    /// Serves until the process that started it ends, or it is killed.
    pub(crate) fn run(&self) -> Result<()> {
        set_parent_process_death_signal(Some(Signal::TERM))
            .context("cannot tie this process to its parent")?;
        let policy = fs::read(&self.policy)
            .with_context(|| format!("cannot read {}", self.policy.display()))?;
        let listener = self
            .bind()
            .with_context(|| format!("cannot listen on {}", self.listen))?;
        let address = SocketAddr::try_from(getsockname(&listener)?)?;
        if self.kind == FloorKind::IoUring {
            return io_uring::serve(listener, &self.policy, address);
        }
        println!("address={address}");
        Server::new(self.kind, listener, &policy)?.run()
    }

    fn bind(&self) -> Result<OwnedFd> {
        let family = if self.listen.is_ipv4() {
            AddressFamily::INET
        } else {
            AddressFamily::INET6
        };
        let mut flags = SocketFlags::CLOEXEC;
        // io_uring waits for connections itself; a listener that never blocks would make it give up.
        flags.set(SocketFlags::NONBLOCK, self.kind != FloorKind::IoUring);
        let listener = socket_with(family, SocketType::STREAM, flags, None)?;
        sockopt::set_socket_reuseaddr(&listener, true)?;
        bind(&listener, &self.listen)?;
        listen(&listener, BACKLOG)?;
        Ok(listener)
    }
}

/// A connection whose request is not complete yet.
#[derive(Debug)]
struct PendingRequest {
    socket: OwnedFd,
    seen: usize,
}

/// What to do with a connection.
enum AfterRead {
    Wait,
    Close,
}

#[derive(Debug)]
struct Server {
    kind: FloorKind,
    listener: OwnedFd,
    epoll: OwnedFd,
    reply: Vec<u8>,
    flags: SendFlags,
    buffer: Vec<u8>,
    pending: Vec<Option<PendingRequest>>,
    free: Vec<usize>,
}

impl Server {
    fn new(kind: FloorKind, listener: OwnedFd, policy: &[u8]) -> Result<Self> {
        let mut flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
        flags.set(SendFlags::MORE, kind == FloorKind::EpollOneSegment);
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        epoll::add(
            &epoll,
            &listener,
            EventData::new_u64(LISTENER),
            EventFlags::IN,
        )?;
        Ok(Self {
            kind,
            listener,
            epoll,
            reply: [policy, b"\0"].concat(),
            flags,
            buffer: vec![0; 64 * 1024],
            pending: Vec::new(),
            free: Vec::new(),
        })
    }

    fn run(mut self) -> Result<()> {
        let mut events = Vec::with_capacity(EVENTS);
        loop {
            match epoll::wait(&self.epoll, spare_capacity(&mut events), None) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error).context("cannot wait for events"),
            }
            for event in events.drain(..) {
                match event.data.u64() {
                    LISTENER => self.accept_all()?,
                    place => self.resume(usize::try_from(place)?),
                }
            }
        }
    }

    fn accept_all(&mut self) -> Result<()> {
        loop {
            match accept_with(&self.listener, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC) {
                Ok(_) if self.kind == FloorKind::Null => {}
                Ok(socket) => self.receive(PendingRequest { socket, seen: 0 })?,
                Err(Errno::AGAIN) => return Ok(()),
                Err(Errno::CONNABORTED | Errno::INTR) => {}
                Err(error) => return Err(error).context("cannot accept"),
            }
        }
    }

    fn receive(&mut self, mut pending: PendingRequest) -> Result<()> {
        match self.serve(&mut pending) {
            AfterRead::Wait => self.park(pending),
            AfterRead::Close => Ok(()),
        }
    }

    fn resume(&mut self, place: usize) {
        let Some(mut pending) = self.pending.get_mut(place).and_then(Option::take) else {
            return;
        };
        match (self.serve(&mut pending), self.pending.get_mut(place)) {
            (AfterRead::Wait, Some(back)) => *back = Some(pending),
            (AfterRead::Wait, None) | (AfterRead::Close, _) => self.free.push(place),
        }
    }

    /// Answers a complete request, and closes on anything else.
    fn serve(&mut self, connection: &mut PendingRequest) -> AfterRead {
        let count = match recv(&connection.socket, &mut *self.buffer, RecvFlags::empty()) {
            Ok((_, count)) if count > 0 => count,
            Err(Errno::AGAIN) => return AfterRead::Wait,
            Ok(_) | Err(_) => return AfterRead::Close,
        };
        let missing = REQUEST.get(connection.seen..).unwrap_or_default();
        let read = self.buffer.get(..count).unwrap_or_default();
        connection.seen += count;
        if read.starts_with(missing) {
            // The client counts what arrives, so errors do not matter here.
            let _ = send(&connection.socket, &self.reply, self.flags);
            return AfterRead::Close;
        }
        if missing.starts_with(read) {
            AfterRead::Wait
        } else {
            AfterRead::Close
        }
    }

    fn park(&mut self, pending: PendingRequest) -> Result<()> {
        let place = self.free.pop().unwrap_or(self.pending.len());
        let data = EventData::new_u64(u64::try_from(place)?);
        epoll::add(&self.epoll, &pending.socket, data, EventFlags::IN)?;
        match self.pending.get_mut(place) {
            Some(free) => *free = Some(pending),
            None => self.pending.push(Some(pending)),
        }
        Ok(())
    }
}
