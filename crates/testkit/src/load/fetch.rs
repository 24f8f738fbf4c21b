//! One fetch from connect to the end of the stream.
//!
//! It never blocks: each call does what is possible now and returns what it waits for.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::os::fd::OwnedFd;
use std::time::Instant;

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, Shutdown, SocketFlags, SocketType, bind, connect,
    getsockname, recv, send, shutdown, socket_with, sockopt,
};

use super::message::Message;
use super::report::{FetchOutcome, FetchProgress};

/// What a fetch needs before it can continue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FetchStep {
    /// Wait until there is something to read.
    Read,
    /// Wait until there is something to read or room to send.
    ReadOrSend,
    /// It is over.
    Done(FetchOutcome),
}

/// What a fetch does, the same for all of them.
#[derive(Debug)]
pub(super) struct FetchPlan<'a> {
    pub(super) message: Message,
    pub(super) expected: &'a [u8],
    pub(super) half_close: bool,
}

/// A running fetch.
#[derive(Debug)]
pub(super) struct RunningFetch {
    pub(super) socket: OwnedFd,
    pub(super) started: Instant,
    pub(super) nth: u64,
    sent: usize,
    received: usize,
    /// The peer accepts no more data; what it sent before must still be read.
    broken: bool,
    error: Option<Errno>,
}

impl RunningFetch {
    /// Starts to connect. Whether that worked shows at the first send or receive.
    pub(super) fn start(
        target: SocketAddr,
        source: Option<Ipv4Addr>,
        plan: &FetchPlan<'_>,
        nth: u64,
    ) -> Result<Self, Errno> {
        let started = Instant::now();
        let socket = open(target, source, plan)?;
        match connect(&socket, &target) {
            Ok(()) | Err(Errno::INPROGRESS | Errno::INTR) => {}
            Err(error) => return Err(error),
        }
        Ok(Self {
            socket,
            started,
            nth,
            sent: 0,
            received: 0,
            broken: false,
            error: None,
        })
    }

    /// Sends one piece, or as much of it as the socket takes.
    pub(super) fn push(&mut self, plan: &FetchPlan<'_>) -> FetchStep {
        let piece = plan.message.piece_at(self.sent);
        if piece.is_empty() {
            return FetchStep::Read;
        }
        match send(&self.socket, piece, SendFlags::NOSIGNAL) {
            Ok(count) => self.sent += count,
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(error @ (Errno::PIPE | Errno::CONNRESET)) => {
                self.error = Some(error);
                self.broken = true;
                return FetchStep::Read;
            }
            Err(error) => return self.fail(error),
        }
        if self.sent < plan.message.len() {
            return FetchStep::ReadOrSend;
        }
        if plan.half_close && shutdown(&self.socket, Shutdown::Write).is_err() {
            self.broken = true;
        }
        FetchStep::Read
    }

    /// Reads and compares until no more data is available.
    pub(super) fn pull(&mut self, plan: &FetchPlan<'_>, buffer: &mut [u8]) -> FetchStep {
        loop {
            match recv(&self.socket, &mut *buffer, RecvFlags::empty()) {
                Ok((_, 0)) => return FetchStep::Done(self.at_end(plan)),
                Ok((_, count)) => {
                    let seen = buffer.get(..count).unwrap_or_default();
                    if plan.expected.get(self.received..self.received + count) != Some(seen) {
                        self.received += count;
                        return FetchStep::Done(FetchOutcome::Mismatch);
                    }
                    self.received += count;
                }
                Err(Errno::AGAIN) => return self.wait(plan),
                Err(Errno::INTR) => {}
                Err(error @ Errno::CONNRESET) => {
                    self.error = Some(error);
                    return FetchStep::Done(self.at_reset(plan));
                }
                Err(error) => return self.fail(error),
            }
        }
    }

    /// How far it got, to report its failure.
    pub(super) fn progress(&self) -> FetchProgress {
        let local = getsockname(&self.socket)
            .ok()
            .and_then(|address| SocketAddr::try_from(address).ok());
        FetchProgress {
            local,
            sent: self.sent,
            received: self.received,
            error: self.error.map(Into::into),
        }
    }

    fn wait(&self, plan: &FetchPlan<'_>) -> FetchStep {
        if self.broken || self.sent == plan.message.len() {
            FetchStep::Read
        } else {
            FetchStep::ReadOrSend
        }
    }

    fn at_end(&self, plan: &FetchPlan<'_>) -> FetchOutcome {
        if self.broken {
            self.at_reset(plan)
        } else if self.received == plan.expected.len() {
            FetchOutcome::Ok
        } else {
            FetchOutcome::Truncated
        }
    }

    fn at_reset(&self, plan: &FetchPlan<'_>) -> FetchOutcome {
        if self.received == plan.expected.len() {
            FetchOutcome::ResetAfterReply
        } else {
            FetchOutcome::Reset
        }
    }

    fn fail(&mut self, error: Errno) -> FetchStep {
        self.error = Some(error);
        FetchStep::Done(outcome_of(error))
    }
}

/// A socket for one connection.
fn open(
    target: SocketAddr,
    source: Option<Ipv4Addr>,
    plan: &FetchPlan<'_>,
) -> Result<OwnedFd, Errno> {
    let family = match target {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = socket_with(family, SocketType::STREAM, flags, None)?;
    if plan.message.is_cut() {
        // Without this, the kernel would hold back a piece to join it with the next one.
        sockopt::set_tcp_nodelay(&socket, true)?;
    }
    if let Some(source) = source {
        bind(&socket, &SocketAddrV4::new(source, 0))?;
    }
    Ok(socket)
}

/// The outcome that an error means.
pub(super) fn outcome_of(error: Errno) -> FetchOutcome {
    match error {
        Errno::CONNREFUSED => FetchOutcome::Refused,
        Errno::CONNRESET => FetchOutcome::Reset,
        Errno::TIMEDOUT => FetchOutcome::TimedOut,
        _ => FetchOutcome::Failed,
    }
}
