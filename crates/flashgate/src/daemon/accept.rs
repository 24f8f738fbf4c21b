//! The accept loop of one listener. It has no exit but shutdown, and never spins.
//!
//! Linux hands pending network errors of a new connection to `accept`, so most errors mean nothing for the next one;
//! others mean that the process or the machine has run out of something, and a level-triggered listener would wake at
//! once and spin. Each has its class here; "continue" and "give up" would both be wrong for some.

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{SocketFlags, accept_with};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::{Instant, sleep, timeout};
use tracing::{error, info, warn};

use super::bind::{self, Bound, Family};
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
    shared: Arc<Shared>,
    starved: Starved,
    sampler: Sampler,
}

impl Acceptor {
    pub(super) fn new(bound: Bound, shared: Arc<Shared>) -> io::Result<Self> {
        let (address, family) = (bound.address, bound.family);
        let listener = Some(watch(bound.socket)?);
        Ok(Self {
            listener,
            address,
            family,
            shared,
            starved: Starved::default(),
            sampler: Sampler::default(),
        })
    }

    /// Accepts until it is aborted; what is queued then is still taken.
    pub(super) async fn run(mut self) {
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
                    error!(address = %self.address, error = %Error(errno), "a listener has failed; binding it again");
                    self.listener = None;
                }
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
            match accept_with(listener, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC) {
                Ok(socket) => {
                    accepted += 1;
                    connection::start(socket, &self.shared);
                }
                Err(errno) => match classify(errno) {
                    Class::Empty => return Batch::Empty,
                    Class::Connection => {}
                    Class::Exhausted => return Batch::Exhausted(errno),
                    Class::Dead => return Batch::Dead(errno),
                },
            }
        }
        Batch::Full { accepted }
    }

    /// Waits until something is given back, or for a while; sheds when that has not helped for long.
    async fn pause(&mut self, errno: Errno) {
        if let Some(suppressed) = self.sampler.admit() {
            warn!(address = %self.address, error = %Error(errno), suppressed, "can't accept for now; connections wait in the queue");
        }
        let delay = self.starved.next_delay();
        if self.starved.for_too_long() && self.shared.spare.shed(|| self.accept_and_close()) {
            return;
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

    /// Binds the address again, at least every second.
    async fn renew(&mut self) {
        let mut delay = FIRST_PAUSE;
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

/// At the end, whatever the kernel has accepted for us is taken and served before the listener closes.
impl Drop for Acceptor {
    fn drop(&mut self) {
        let mut errors = 0;
        while let Some(listener) = &self.listener {
            match accept_with(listener, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC) {
                Ok(socket) => connection::start(socket, &self.shared),
                Err(errno) if classify(errno) == Class::Connection && errors < BATCH => errors += 1,
                Err(_) => return,
            }
        }
    }
}

/// Registers a listener with the event loop.
#[expect(
    deprecated,
    reason = "the newer constructor is unsafe, which no crate of ours is; what it asks for, a descriptor that stays \
              the same and open for as long as it is registered, an `OwnedFd` gives"
)]
fn watch(socket: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::with_interest(socket, Interest::READABLE)
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
pub(crate) struct Spare(std::sync::Mutex<Option<File>>);

impl Spare {
    pub(crate) fn new() -> Self {
        Self(std::sync::Mutex::new(File::open("/dev/null").ok()))
    }

    /// Runs `accept` with the spare descriptor free; false if there was none to free.
    fn shed(&self, accept: impl FnOnce()) -> bool {
        let Ok(mut spare) = self.0.lock() else {
            return false;
        };
        let had = spare.take().is_some();
        if had {
            accept();
        }
        *spare = File::open("/dev/null").ok();
        had
    }
}

/// An errno by its text, as logs show it.
struct Error(Errno);

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::log::reason(&self.0.into()))
    }
}
