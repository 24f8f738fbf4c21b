//! What the service manager is told: ready, reloading, stopping, alive, and which process is the main one
//! (`sd_notify(3)`).
//!
//! The socket is opened once, at start: later the process may have no right to reach it. A successor gets its
//! predecessor's, unless it has one of its own. One that `--detach` has started takes the predecessor's all the same: it
//! is a unit's reload, which has the unit's own socket where `NotifyAccess=` is `all` or `exec`, and is not the main process
//! before the predecessor says so. It also tells the process that has started it when it serves.

use std::env;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::net::{SendFlags, send};
use rustix::process::Pid;
use rustix::time::{ClockId, clock_gettime};
use tokio::time::sleep;
use tracing::warn;

use crate::log;

/// A service manager.
#[derive(Debug)]
pub(super) struct Manager {
    pub(super) socket: UnixDatagram,
    /// How often it wants a sign of life, if at all.
    pub(super) watchdog: Option<Duration>,
}

/// Who is told: the service manager, if there is one, and the process that started this one, if it waits for that.
#[derive(Debug)]
pub(super) struct ServiceManager {
    manager: Option<Manager>,
    is_predecessors: bool,
    /// A copy of standard input, which the sandbox closes.
    starter: Option<OwnedFd>,
    /// Set once a successor is the main process: from then on that one tells.
    left: AtomicBool,
}

/// Set for a process whose standard input is a socket to the one that started it (`--detach`).
pub(crate) const STARTER: &str = "FLASHGATE_STARTER";

/// What that one is told.
pub(crate) const SERVES: &[u8] = b"serves";

impl ServiceManager {
    /// Finds it in the environment; else, or if this is a reload, it is the predecessor's.
    pub(super) fn new(predecessors: Option<Manager>) -> Self {
        let starter = starter();
        let is_reload = starter.is_some() && predecessors.is_some();
        let own = if is_reload { None } else { Self::from_env() };
        let is_predecessors = own.is_none() && predecessors.is_some();
        let manager = own.or(predecessors);
        if manager.is_some() {
            // Where the clock is, is looked up at the first time, in a file that can't be read later.
            microseconds();
        }
        Self {
            manager,
            is_predecessors,
            starter,
            left: AtomicBool::new(false),
        }
    }

    fn from_env() -> Option<Manager> {
        let socket = match connect() {
            Ok(socket) => socket?,
            Err(error) => {
                let error = log::reason(&error);
                warn!(
                    error,
                    "can't reach the service manager; it will not know that this is ready"
                );
                return None;
            }
        };
        Some(Manager {
            socket,
            watchdog: watchdog(),
        })
    }

    /// Whether the service manager is the predecessor's, and so has to learn which process is the main one.
    pub(super) const fn is_predecessors(&self) -> bool {
        self.is_predecessors
    }

    /// What a successor needs of it.
    pub(super) fn to_pass_on(&self) -> Option<(BorrowedFd<'_>, Option<Duration>)> {
        let manager = self.manager.as_ref()?;
        Some((manager.socket.as_fd(), manager.watchdog))
    }

    /// A successor serves, and is the service's main process from now on. This one is silent: what it said would be
    /// taken for the service's state. Nothing, if it is in a service of its own.
    pub(super) fn main_process_is(&self, process: Option<Pid>) {
        let Some(process) = process else { return };
        self.tell(&format!("MAINPID={}", process.as_raw_nonzero()));
        self.left.store(true, Ordering::Relaxed);
    }

    /// A successor serves, in a service of its own.
    pub(super) fn handed_over(&self) {
        self.tell("STATUS=handed over; open connections end by themselves");
    }

    /// Everything serves: tells the process that started this one.
    pub(super) fn tell_starter(&self) {
        if let Some(starter) = &self.starter {
            // If it waits no longer, it has said so.
            let _ = send(starter, SERVES, SendFlags::NOSIGNAL);
        }
    }

    pub(super) fn ready(&self, status: &str) {
        self.tell(&format!("READY=1\nSTATUS={status}"));
    }

    /// A reload has begun; [`ready`](Self::ready) ends it.
    pub(super) fn reloading(&self) {
        self.tell(&format!("RELOADING=1\nMONOTONIC_USEC={}", microseconds()));
    }

    pub(super) fn stopping(&self) {
        self.tell("STOPPING=1\nSTATUS=open connections end; policy requests are answered");
    }

    /// Tells that the event loop turns, twice as often as the service manager asks for; nothing, if it does not ask.
    pub(super) fn watchdog(self: &Arc<Self>) -> Option<impl Future<Output = ()> + use<>> {
        let manager = Arc::clone(self);
        let interval = self.manager.as_ref()?.watchdog? / 2;
        Some(async move {
            loop {
                manager.tell("WATCHDOG=1");
                sleep(interval).await;
            }
        })
    }

    fn tell(&self, state: &str) {
        if let Some(manager) = &self.manager
            && !self.left.load(Ordering::Relaxed)
        {
            // Serving goes on where the service manager does not listen.
            let _ = manager.socket.send(state.as_bytes());
        }
    }
}

/// The socket to the process that started this one, if it waits.
fn starter() -> Option<OwnedFd> {
    env::var_os(STARTER)?;
    io::stdin().as_fd().try_clone_to_owned().ok()
}

/// The monotonic clock, as a reload is stamped.
fn microseconds() -> i64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec * 1_000_000 + now.tv_nsec / 1_000
}

fn connect() -> io::Result<Option<UnixDatagram>> {
    let Some(path) = env::var_os("NOTIFY_SOCKET").filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let address = match path.as_bytes().split_first() {
        Some((b'@', name)) => SocketAddr::from_abstract_name(name)?,
        _ => SocketAddr::from_pathname(&path)?,
    };
    let socket = UnixDatagram::unbound()?;
    socket.connect_addr(&address)?;
    socket.set_nonblocking(true)?;
    Ok(Some(socket))
}

/// Within what time a sign of life is expected of this very process, if at all.
fn watchdog() -> Option<Duration> {
    let number = |name| env::var(name).ok()?.parse::<u64>().ok();
    let mine = env::var_os("WATCHDOG_PID").is_none()
        || number("WATCHDOG_PID") == Some(u64::from(process::id()));
    let microseconds = number("WATCHDOG_USEC").filter(|&limit| mine && limit > 0)?;
    Some(Duration::from_micros(microseconds))
}
