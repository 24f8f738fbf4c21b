//! What the service manager is told: ready, reloading, stopping, alive (`sd_notify(3)`).
//!
//! The socket is opened once, at start: later the process may have no right to reach it.

use std::env;
use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::process;
use std::sync::Arc;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use tokio::time::sleep;
use tracing::warn;

use crate::log;

/// The service manager, if there is one.
#[derive(Debug)]
pub(super) struct ServiceManager {
    socket: Option<UnixDatagram>,
    watchdog: Option<Duration>,
}

impl ServiceManager {
    /// Finds it in the environment.
    pub(super) fn from_env() -> Self {
        let socket = match connect() {
            Ok(socket) => socket,
            Err(error) => {
                let error = log::reason(&error);
                warn!(
                    error,
                    "can't reach the service manager; it will not know that this is ready"
                );
                None
            }
        };
        if socket.is_some() {
            // Where the clock is, is looked up at the first time, in a file that can't be read later.
            microseconds();
        }
        Self {
            socket,
            watchdog: watchdog(),
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
        self.tell("STOPPING=1\nSTATUS=answering what was accepted");
    }

    /// Tells that the event loop turns, twice as often as the service manager asks for; nothing, if it does not ask.
    pub(super) fn watchdog(self: &Arc<Self>) -> Option<impl Future<Output = ()> + use<>> {
        let manager = Arc::clone(self);
        let interval = self.watchdog? / 2;
        Some(async move {
            loop {
                manager.tell("WATCHDOG=1");
                sleep(interval).await;
            }
        })
    }

    fn tell(&self, state: &str) {
        if let Some(socket) = &self.socket {
            // A service manager that does not listen is none of the players' business.
            let _ = socket.send(state.as_bytes());
        }
    }
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
