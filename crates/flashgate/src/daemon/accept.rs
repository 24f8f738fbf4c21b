//! The accept loop of one listener. It has no exit but shutdown, and never spins.
//!
//! Linux hands pending network errors of a new connection to `accept`, so most errors mean nothing for the next one;
//! others mean that the process or the machine has run out of something, and a level-triggered listener would wake at
//! once and spin. Each has its class here; "continue" and "give up" would both be wrong for some.

use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use flash_policy::Reply;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, fcntl_dupfd_cloexec};
use rustix::net::{SocketFlags, accept_with, acceptfrom_with};
use tokio::io::unix::AsyncFd;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tracing::{error, info, warn};

use super::SILENT_DRAIN;
use super::bind::{self, Bound, Family};
use super::readable::watch;
use crate::connection::{self, Shared};
use crate::log::Sampler;

/// After so many in a row the other tasks have their turn.
const BATCH: usize = 16;

/// The first pause when descriptors or memory have run out; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// When they have run out for so long, connections are taken and closed: a client learns that it has to go elsewhere.
const PATIENCE: Duration = Duration::from_secs(5);

/// When nothing but failed connections comes in, the loop rests so long after each batch.
const REST: Duration = Duration::from_millis(10);

/// What an `accept` error means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Nothing is queued.
    Empty,
    /// The fault belongs to that one connection.
    Connection,
    /// Descriptors or memory have run out.
    Exhausted,
    /// The listener itself is gone.
    Dead,
}

/// From accept(2), "Error handling", and the values that Linux passes through from the network.
fn classify(errno: Errno) -> Class {
    match errno {
        Errno::AGAIN => Class::Empty,
        Errno::INTR
        | Errno::CONNABORTED
        | Errno::PROTO
        | Errno::PERM
        | Errno::NETDOWN
        | Errno::NETUNREACH
        | Errno::HOSTDOWN
        | Errno::HOSTUNREACH
        | Errno::NONET
        | Errno::NOPROTOOPT
        | Errno::OPNOTSUPP
        | Errno::TIMEDOUT => Class::Connection,
        Errno::BADF | Errno::INVAL | Errno::NOTSOCK | Errno::FAULT => Class::Dead,
        // EMFILE, ENFILE, ENOBUFS, ENOMEM, and whatever is unknown: that is no permission to exit.
        _ => Class::Exhausted,
    }
}

/// How a batch of accepts ended.
enum Batch {
    Empty,
    Full { accepted: usize },
    NoRoom,
    Exhausted(Errno),
    Dead(Errno),
}

/// Accepts on one listener.
pub(super) struct Acceptor {
    listener: Option<AsyncFd<OwnedFd>>,
    address: SocketAddr,
    family: Family,
    reply: watch::Receiver<Reply>,
    shared: Arc<Shared>,
    starved: Starved,
    renewed: Option<Instant>,
    /// One that has failed, for it still holds its port.
    failed: Option<AsyncFd<OwnedFd>>,
    sampler: Sampler,
}

impl Acceptor {
    pub(super) fn new(
        bound: Bound,
        reply: watch::Receiver<Reply>,
        shared: Arc<Shared>,
    ) -> io::Result<Self> {
        let (address, family) = (bound.address, bound.family);
        let listener = Some(watch(bound.socket)?);
        Ok(Self {
            listener,
            address,
            family,
            reply,
            shared,
            starved: Starved::default(),
            renewed: None,
            failed: None,
            sampler: Sampler::default(),
        })
    }

    /// Accepts until it is told to stop, and then takes what is queued, so that it is answered too.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        tokio::select! {
            biased;
            // An error means that whoever could say "stop" has gone, which is a stop.
            _ = stop.wait_for(|stop| *stop) => {}
            () = self.accept() => {}
        }
        // Beyond this the queue is lost: its clients would not wait longer, and there is no room for them.
        let _ = timeout(SILENT_DRAIN, self.finish()).await;
    }

    /// Accepts for ever.
    async fn accept(&mut self) {
        loop {
            self.shared.permits.room().await;
            let Some(listener) = &self.listener else {
                self.renew().await;
                continue;
            };
            // The error is the event loop's own, at its end.
            let Ok(mut ready) = listener.readable().await else {
                return;
            };
            match self.batch() {
                Batch::Empty => ready.clear_ready(),
                Batch::NoRoom => {}
                Batch::Full { accepted } => {
                    drop(ready);
                    if accepted == 0 {
                        sleep(REST).await;
                    } else {
                        tokio::task::yield_now().await;
                    }
                }
                Batch::Exhausted(errno) => {
                    drop(ready);
                    self.pause(errno).await;
                }
                Batch::Dead(errno) => {
                    drop(ready);
                    if let Some(suppressed) = self.sampler.admit() {
                        let error = error_text(errno);
                        error!(address = %self.address, error, suppressed, "a listener has failed; binding it again");
                    }
                    self.failed = self.listener.take();
                }
            }
        }
    }

    /// Takes what is queued, as room comes free; then the listener closes.
    async fn finish(&mut self) {
        loop {
            self.shared.permits.room().await;
            match self.batch() {
                Batch::Full { .. } => tokio::task::yield_now().await,
                Batch::NoRoom => {}
                Batch::Exhausted(_) => {
                    let _ = timeout(FIRST_PAUSE, self.shared.permits.next_returned()).await;
                }
                Batch::Empty | Batch::Dead(_) => return,
            }
        }
    }

    fn batch(&self) -> Batch {
        let Some(listener) = &self.listener else {
            return Batch::Empty;
        };
        let mut accepted = 0;
        for _ in 0..BATCH {
            if !self.shared.permits.has_room() {
                return Batch::NoRoom;
            }
            match acceptfrom_with(listener, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC) {
                Ok((socket, peer)) => {
                    accepted += 1;
                    let peer = peer.and_then(|peer| SocketAddr::try_from(peer).ok());
                    self.start(socket, peer);
                }
                Err(errno) => match classify(errno) {
                    // Woken, and nothing there? Readiness is told once, so it must not be thrown away on a mere word.
                    Class::Empty if accepted == 0 && !is_empty(listener) => {
                        return Batch::Full { accepted };
                    }
                    Class::Empty => return Batch::Empty,
                    Class::Connection => {}
                    // Linux wants the descriptor before it looks at the queue, so this may mean nothing.
                    Class::Exhausted if is_empty(listener) => return Batch::Empty,
                    Class::Exhausted => return Batch::Exhausted(errno),
                    Class::Dead => return Batch::Dead(errno),
                },
            }
        }
        Batch::Full { accepted }
    }

    /// Serves a connection, unless its address is over its limits; should that panic, no other is concerned.
    fn start(&self, socket: OwnedFd, peer: Option<SocketAddr>) {
        let subscriber = match peer.map_or(Ok(None), |peer| self.shared.permits.admit(peer.ip())) {
            Ok(subscriber) => subscriber,
            Err(over) => return self.shared.refuse(peer, over),
        };
        let serve = || connection::start(socket, subscriber, &self.reply.borrow(), &self.shared);
        if catch_unwind(AssertUnwindSafe(serve)).is_err() {
            error!(address = %self.address, "a connection has failed by a fault of ours");
        }
    }

    /// Sheds when it has been so for long; then waits until something is given back, or for a while.
    async fn pause(&mut self, errno: Errno) {
        if let Some(suppressed) = self.sampler.admit() {
            let error = error_text(errno);
            warn!(address = %self.address, error, suppressed, "can't accept for now; connections wait in the queue");
        }
        let delay = self.starved.next_delay();
        if self.starved.for_too_long() {
            self.shared.spare.shed(|| self.accept_and_close());
        }
        let _ = timeout(delay, self.shared.permits.next_returned()).await;
    }

    /// Takes connections and closes them at once, so that their clients need not wait for what will not come.
    fn accept_and_close(&self) {
        let Some(listener) = &self.listener else {
            return;
        };
        for _ in 0..BATCH {
            if accept_with(listener, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC).is_err() {
                return;
            }
            self.shared.count_shed();
        }
    }

    /// Has the socket listen again, or binds another, at least every second; a listener that keeps failing is not renewed
    /// more often either.
    async fn renew(&mut self) {
        let mut delay = FIRST_PAUSE;
        let last = self.renewed.replace(Instant::now());
        let failed_before = last.is_some_and(|last| last.elapsed() < LONGEST_PAUSE);
        if failed_before {
            sleep(LONGEST_PAUSE).await;
        }
        // A socket that was killed (`ss --kill`) keeps its port, which could perhaps not be bound again.
        let failed = self.failed.take().filter(|_| !failed_before);
        self.listener = failed.filter(|socket| bind::listen_again(socket).is_ok());
        if self.listener.is_some() {
            info!(address = %self.address, "listening again");
            return;
        }
        loop {
            match bind::listen(self.address, self.family).and_then(|bound| watch(bound.socket)) {
                Ok(listener) => {
                    info!(address = %self.address, "listening again");
                    self.listener = Some(listener);
                    return;
                }
                Err(error) => {
                    if let Some(suppressed) = self.sampler.admit() {
                        let error = crate::log::reason(&error);
                        error!(address = %self.address, error, suppressed, "can't bind a listener again; trying on");
                    }
                }
            }
            sleep(delay).await;
            delay = (delay * 2).min(LONGEST_PAUSE);
        }
    }
}

/// Whether nothing waits to be accepted. Where that can't be told, something does.
fn is_empty(listener: &AsyncFd<OwnedFd>) -> bool {
    let mut asked = [PollFd::new(listener.get_ref(), PollFlags::IN)];
    poll(&mut asked, Some(&Timespec::default())).is_ok_and(|ready| ready == 0)
}

/// Since when descriptors or memory have run out.
#[derive(Debug, Default)]
struct Starved {
    since: Option<Instant>,
    last: Option<Instant>,
    delay: Option<Duration>,
}

impl Starved {
    /// How long to pause this time. A while without trouble ends the spell.
    fn next_delay(&mut self) -> Duration {
        let now = Instant::now();
        if self.last.is_none_or(|last| now - last > LONGEST_PAUSE * 2) {
            self.since = Some(now);
            self.delay = None;
        }
        self.last = Some(now);
        let delay = self
            .delay
            .map_or(FIRST_PAUSE, |delay| (delay * 2).min(LONGEST_PAUSE));
        self.delay = Some(delay);
        delay
    }

    fn for_too_long(&self) -> bool {
        self.since.is_some_and(|since| since.elapsed() >= PATIENCE)
    }
}

/// A descriptor kept in hand: given up for a moment, it lets a process that has none left accept and close.
#[derive(Debug, Default)]
pub(crate) struct Spare(std::sync::Mutex<Option<OwnedFd>>);

impl Spare {
    pub(crate) fn new() -> Self {
        Self(std::sync::Mutex::new(one_more()))
    }

    /// Runs `accept` with the spare descriptor free, if there is one.
    fn shed(&self, accept: impl FnOnce()) {
        let Ok(mut spare) = self.0.lock() else { return };
        if spare.take().is_some() {
            accept();
        }
        *spare = one_more();
    }
}

/// A descriptor of no use; of a file that is open already, for opening another may be forbidden.
fn one_more() -> Option<OwnedFd> {
    fcntl_dupfd_cloexec(io::stderr(), 0).ok()
}

/// An errno as logs show it.
fn error_text(errno: Errno) -> String {
    crate::log::reason(&errno.into())
}
