//! Notifies the service manager: ready, reloading, stopping, alive, and which process is the main one (`sd_notify(3)`).
//!
//! The socket is opened once, at startup, because the process may lose access to it later. In a handover, the new
//! process gets the old one's socket, unless it has its own. A process started by `--detach` always takes the old
//! one's. It is the reload command of a unit: it has the unit's own socket if `NotifyAccess=` is `all` or `exec`, but
//! is not the main process until the old process says so. It also tells the process that started it when it serves.

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

/// A connection to the service manager.
#[derive(Debug)]
pub(super) struct Manager {
    pub(super) socket: UnixDatagram,
    /// How often it expects a watchdog message, if at all.
    pub(super) watchdog: Option<Duration>,
}

/// The receivers of notifications: the service manager, and the process that started this one, if they exist.
#[derive(Debug)]
pub(super) struct ServiceManager {
    manager: Option<Manager>,
    is_predecessors: bool,
    /// A copy of standard input, which the sandbox closes.
    starter: Option<OwnedFd>,
    /// Set once a new process is the main one. From then on, that one notifies.
    left: AtomicBool,
}

/// Set for a process whose standard input is a socket to the process that started it (`--detach`).
pub(crate) const STARTER: &str = "FLASHGATE_STARTER";

/// Sent to the process that started this one.
pub(crate) const SERVES: &[u8] = b"serves";

impl ServiceManager {
    /// Uses the service manager in the environment, or else the old process's. For a reload, always the latter.
    pub(super) fn new(predecessors: Option<Manager>) -> Self {
        let starter = starter();
        let is_reload = starter.is_some() && predecessors.is_some();
        let own = if is_reload { None } else { Self::from_env() };
        let is_predecessors = own.is_none() && predecessors.is_some();
        let manager = own.or(predecessors);
        if manager.is_some() {
            // The first call reads a file to find the clock, which would be forbidden later.
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
                    "can't reach the service manager; it will not be notified"
                );
                return None;
            }
        };
        Some(Manager {
            socket,
            watchdog: watchdog(),
        })
    }

    /// Whether the service manager is the old process's, and must be notified which process is the main one.
    pub(super) const fn is_predecessors(&self) -> bool {
        self.is_predecessors
    }

    /// What a new process needs to use it.
    pub(super) fn to_pass_on(&self) -> Option<(BorrowedFd<'_>, Option<Duration>)> {
        let manager = self.manager.as_ref()?;
        Some((manager.socket.as_fd(), manager.watchdog))
    }

    /// A new process serves, and is the service's main process from now on. This process sends nothing more, because
    /// that would be taken for the service's state. Does nothing if the new process is in its own service.
    pub(super) fn main_process_is(&self, process: Option<Pid>) {
        let Some(process) = process else { return };
        self.tell(&format!("MAINPID={}", process.as_raw_nonzero()));
        self.left.store(true, Ordering::Relaxed);
    }

    /// A new process in its own service serves.
    pub(super) fn handed_over(&self) {
        self.tell("STATUS=handed over; waiting for open connections to end");
    }

    /// Tells the process that started this one that everything serves.
    pub(super) fn tell_starter(&self) {
        if let Some(starter) = &self.starter {
            // If it no longer waits, it has reported that.
            let _ = send(starter, SERVES, SendFlags::NOSIGNAL);
        }
    }

    pub(super) fn ready(&self, status: &str) {
        self.tell(&format!("READY=1\nSTATUS={status}"));
    }

    /// A reload has begun. [`ready`](Self::ready) ends it.
    pub(super) fn reloading(&self) {
        self.tell(&format!("RELOADING=1\nMONOTONIC_USEC={}", microseconds()));
    }

    pub(super) fn stopping(&self) {
        self.tell("STOPPING=1\nSTATUS=waiting for open connections; answering policy requests");
    }

    /// Sends watchdog messages from the event loop, twice as often as required. `None` if none are required.
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
            // Serving continues even if the service manager does not listen.
            let _ = manager.socket.send(state.as_bytes());
        }
    }
}

/// The socket to the process that started this one, if that waits.
fn starter() -> Option<OwnedFd> {
    env::var_os(STARTER)?;
    io::stdin().as_fd().try_clone_to_owned().ok()
}

/// The monotonic clock, for the timestamp of a reload.
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

/// How often the service manager expects a watchdog message from this process, if at all.
fn watchdog() -> Option<Duration> {
    let number = |name| env::var(name).ok()?.parse::<u64>().ok();
    let mine = env::var_os("WATCHDOG_PID").is_none()
        || number("WATCHDOG_PID") == Some(u64::from(process::id()));
    let microseconds = number("WATCHDOG_USEC").filter(|&limit| mine && limit > 0)?;
    Some(Duration::from_micros(microseconds))
}
