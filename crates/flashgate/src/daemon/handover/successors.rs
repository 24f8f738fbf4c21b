//! The old process's side of a handover: processes that ask for the listeners.
//!
//! Any local user may be able to connect to the socket, so the cost of a connection and its effect on the log are
//! limited.

use std::future::pending;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{SendFlags, SocketFlags, UCred, accept_with, send};
use rustix::process::Pid;
use tokio::io::unix::AsyncFd;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{info, warn};

use super::terms::Terms;
use super::{
    GREETING, MANAGER, PER_PACKET, READY, READY_AS_MAIN, REPLACED, is_trusted, peer, send_packet,
    word,
};
use crate::daemon::endpoint::AskedEndpoint;
use crate::daemon::notify::ServiceManager;
use crate::daemon::readable::watch;
use crate::log::{self, Sampler};

/// How long a new process may take to get ready. After that, or when another one asks, the old process gives up on it.
const READY_LIMIT: Duration = Duration::from_secs(60);

/// The pause after a failed accept.
const RETRY: Duration = Duration::from_secs(1);

/// After this many refusals in a row, no connection is accepted for [`REST`]. This limits a user who connects all the
/// time to about 600 accepts per second, far less than 1 % of a core.
const REFUSALS: u32 = 32;

/// The pause after [`REFUSALS`] refusals.
const REST: Duration = Duration::from_millis(50);

/// The socket for new processes, and the one that is getting ready.
#[derive(Debug)]
pub(in crate::daemon) struct Successors {
    door: HandoverSocket,
    preparing: Option<Preparing>,
}

#[derive(Debug)]
struct HandoverSocket {
    socket: AsyncFd<OwnedFd>,
    refusals: u32,
    asks: Sampler,
    refused: Sampler,
    failed: Sampler,
}

/// A process that has the listeners but is not ready yet.
#[derive(Debug)]
struct Preparing {
    socket: AsyncFd<OwnedFd>,
    process: Pid,
    deadline: Instant,
}

/// A process that is allowed to get the listeners, and waits for them.
#[derive(Debug)]
pub(in crate::daemon) struct Caller {
    socket: OwnedFd,
    process: Pid,
}

/// What a new process says.
#[derive(Debug)]
pub(in crate::daemon) enum Said {
    /// It asks for the listeners. [Answer](Successors::answer) it.
    Asks(Caller),
    /// It is ready, and serves once this is dropped.
    Serves(Successor),
}

/// A new process that is ready. It waits until this is dropped, so that the service manager can be notified first.
#[derive(Debug)]
pub(in crate::daemon) struct Successor {
    waiting: Preparing,
    is_main: bool,
}

impl Successor {
    /// Its process ID, if it is to be the service's main process.
    pub(in crate::daemon) fn main_process(&self) -> Option<Pid> {
        self.is_main.then_some(self.waiting.process)
    }
}

/// What a new process gets.
#[derive(Debug)]
pub(in crate::daemon) struct Offer<'a> {
    pub(in crate::daemon) listeners: &'a [AskedEndpoint],
    pub(in crate::daemon) manager: &'a ServiceManager,
    pub(in crate::daemon) terms: Terms,
}

/// How the wait for a new process ended.
enum SuccessorEnd {
    Ready {
        /// Whether it must be announced to the service manager as the main process.
        is_main: bool,
    },
    Gone,
    TookTooLong,
}

/// Waits for a new process. Waits forever if there is no handover socket.
pub(in crate::daemon) async fn awaited(successors: &mut Option<Successors>) -> Said {
    match successors {
        Some(successors) => successors.next().await,
        None => pending().await,
    }
}

impl Successors {
    pub(in crate::daemon) fn new(door: OwnedFd) -> io::Result<Self> {
        Ok(Self {
            door: HandoverSocket {
                socket: watch(door)?,
                refusals: 0,
                asks: Sampler::of_warnings("handover-asked"),
                refused: Sampler::of_warnings("handover-refused"),
                failed: Sampler::of_warnings("handover-failed"),
            },
            preparing: None,
        })
    }

    /// Waits for what a new process says. Cancel-safe.
    pub(in crate::daemon) async fn next(&mut self) -> Said {
        loop {
            tokio::select! {
                biased;
                heard = heard(self.preparing.as_ref()) => match heard {
                    SuccessorEnd::Ready { is_main } => if let Some(waiting) = self.preparing.take() {
                        return Said::Serves(Successor { waiting, is_main });
                    },
                    SuccessorEnd::Gone | SuccessorEnd::TookTooLong => self.give_up(None),
                },
                caller = self.door.caller() => if let Some(caller) = caller {
                    return Said::Asks(caller);
                },
            }
        }
    }

    /// Hands everything over to a process that asks. It may serve once it is ready.
    pub(in crate::daemon) fn answer(&mut self, caller: Caller, offer: &Offer<'_>) {
        let Caller { socket, process } = caller;
        let sent = self.door.hand_over(&socket, offer);
        let sent = sent.and_then(|()| watch(socket));
        let prepared = self.door.prepared(sent, process);
        if prepared.is_some() {
            self.give_up(prepared);
        }
    }

    /// At the end of a stop: a new process that is not ready keeps the listeners.
    pub(in crate::daemon) fn leave(self) {
        if let Some(successor) = self.preparing {
            let process = successor.process.as_raw_nonzero().get();
            warn!(
                process,
                "stopped, but a new process has the listeners and is not ready; if it hangs, kill it: clients wait in its queue"
            );
        }
    }

    /// Gives up on the process that is getting ready, for another one if there is one.
    fn give_up(&mut self, next: Option<Preparing>) {
        let is_replaced = next.is_some();
        let Some(former) = std::mem::replace(&mut self.preparing, next) else {
            return;
        };
        // If it gets ready later, it must not serve alongside the other one.
        let said = REPLACED.as_bytes();
        let _ = send(
            &former.socket,
            said,
            SendFlags::NOSIGNAL | SendFlags::DONTWAIT,
        );
        if let Some(suppressed) = self.door.failed.admit() {
            let process = former.process.as_raw_nonzero().get();
            if is_replaced {
                warn!(
                    process,
                    suppressed, "another start took over from a new process that was not ready"
                );
            } else {
                warn!(
                    process,
                    suppressed,
                    "a new process took the listeners but did not get ready; continuing to serve"
                );
            }
        }
    }
}

/// Waits for the process that is getting ready. Without one, waits forever.
async fn heard(preparing: Option<&Preparing>) -> SuccessorEnd {
    let Some(preparing) = preparing else {
        return pending().await;
    };
    match timeout_at(preparing.deadline, word(&preparing.socket)).await {
        Ok(Some(said)) if said == READY => SuccessorEnd::Ready { is_main: false },
        Ok(Some(said)) if said == READY_AS_MAIN => SuccessorEnd::Ready { is_main: true },
        Ok(_) => SuccessorEnd::Gone,
        Err(_) => SuccessorEnd::TookTooLong,
    }
}

impl HandoverSocket {
    /// The next process that asks, if it is allowed to get the listeners.
    async fn caller(&mut self) -> Option<Caller> {
        if self.refusals >= REFUSALS {
            sleep(REST).await;
            self.refusals = 0;
        }
        let mut ready = self.socket.readable().await.ok()?;
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = match accept_with(&self.socket, flags) {
            Ok(socket) => socket,
            Err(Errno::AGAIN) => {
                ready.clear_ready();
                return None;
            }
            // File descriptors may have run out, for example. The connection is still queued.
            Err(_) => {
                sleep(RETRY).await;
                return None;
            }
        };
        drop(ready);
        let Some(peer) = peer(&socket).ok().filter(is_trusted) else {
            self.refuse(peer(&socket).ok());
            return None;
        };
        self.refusals = 0;
        if let Some(suppressed) = self.asks.admit() {
            let process = peer.pid.as_raw_nonzero().get();
            info!(process, suppressed, "a new process asks for the listeners");
        }
        let process = peer.pid;
        Some(Caller { socket, process })
    }

    fn refuse(&mut self, peer: Option<UCred>) {
        self.refusals += 1;
        if let Some(suppressed) = self.refused.admit() {
            let user = peer.map(|peer| peer.uid.as_raw());
            warn!(
                user,
                suppressed, "refused to hand over the listeners to another user's process"
            );
        }
    }

    fn prepared(&self, sent: io::Result<AsyncFd<OwnedFd>>, process: Pid) -> Option<Preparing> {
        match sent {
            Ok(socket) => Some(Preparing {
                socket,
                process,
                deadline: Instant::now() + READY_LIMIT,
            }),
            Err(error) => {
                if let Some(suppressed) = self.failed.admit() {
                    let error = log::reason(&error);
                    warn!(
                        error,
                        suppressed, "can't hand over the listeners; continuing to serve"
                    );
                }
                None
            }
        }
    }

    fn hand_over(&self, to: &OwnedFd, offer: &Offer<'_>) -> io::Result<()> {
        for some in offer.listeners.chunks(PER_PACKET) {
            let sockets: Vec<_> = some.iter().map(|it| it.endpoint.share()).collect();
            let asked: Vec<_> = some.iter().map(|it| it.asked.to_string()).collect();
            let text = format!("{GREETING}\nlisteners\n{}", asked.join("\n"));
            let sockets: Vec<_> = sockets.iter().map(|socket| socket.as_fd()).collect();
            send_packet(to, &text, &sockets)?;
        }
        let door = self.socket.get_ref().as_fd();
        let terms = offer.terms.lines();
        match offer.manager.to_pass_on() {
            Some((socket, watchdog)) => {
                let watchdog = watchdog.map_or(0, |interval| interval.as_micros());
                let text = format!("{GREETING}\nend\n{MANAGER} {watchdog}{terms}");
                send_packet(to, &text, &[socket, door])
            }
            None => send_packet(to, &format!("{GREETING}\nend{terms}"), &[door]),
        }
    }
}
