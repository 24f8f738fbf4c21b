//! The only thread that can make sockets listen once the process is sandboxed.
//!
//! When an unbound socket listens, the kernel picks a port, and no kernel so far checks that port against a rule. So
//! all other threads lose the right to call `bind` and `listen`. They ask this one, which always binds first. Threads
//! share memory, so this stops code that can make system calls, but not code that controls all memory of the process.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use nix::sys::signal::SigSet;
use rustix::io::Errno;

use super::listening::{self, Bound, Family};
use crate::log;

/// The channel for requests. Unset if every thread may listen.
static DOOR: OnceLock<Sender<OpenRequest>> = OnceLock::new();

/// A request, and where to send the result.
enum OpenRequest {
    Open {
        address: SocketAddr,
        family: Family,
        answer: SyncSender<io::Result<Bound>>,
    },
    Again {
        socket: OwnedFd,
        address: SocketAddr,
        answer: SyncSender<io::Result<()>>,
    },
}

/// Why the thread is not running.
#[derive(Debug)]
pub(super) enum OpenerFault<E> {
    /// The thread could not be started.
    Thread(io::Error),
    /// The thread could not block signals.
    Signals(nix::errno::Errno),
    /// The thread could not restrict itself.
    Limit(E),
    Ended,
    /// The thread is running already.
    Confined,
}

impl<E: fmt::Display> fmt::Display for OpenerFault<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Thread(error) => f.write_str(&log::reason(error)),
            Self::Signals(errno) => f.write_str(&log::reason(&(*errno).into())),
            Self::Limit(error) => error.fmt(f),
            Self::Ended => f.write_str(ENDED),
            Self::Confined => f.write_str("the process is already sandboxed"),
        }
    }
}

const ENDED: &str = "the thread that opens sockets has ended";

/// Starts the thread, which opens only these ports. 0 allows any free port. First it restricts itself. If that fails,
/// it does not start.
pub(super) fn start<E: Send + 'static>(
    ports: BTreeSet<u16>,
    limit: impl FnOnce() -> Result<(), E> + Send + 'static,
) -> Result<(), OpenerFault<E>> {
    let (door, requests) = channel();
    let (limited, outcome) = sync_channel(1);
    thread::Builder::new()
        .name("opener".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            let result = deaf().and_then(|()| limit().map_err(OpenerFault::Limit));
            let may_serve = result.is_ok();
            let _ = limited.send(result);
            if may_serve {
                serve(&requests, &ports);
            }
        })
        .map_err(OpenerFault::Thread)?;
    outcome.recv().map_err(|_| OpenerFault::Ended)??;
    DOOR.set(door).map_err(|_| OpenerFault::Confined)
}

/// Blocks all signals on this thread. A signal handler sends a byte to the event loop, which this thread may not do.
fn deaf<E>() -> Result<(), OpenerFault<E>> {
    SigSet::all().thread_block().map_err(OpenerFault::Signals)
}

/// The thread does little more than system calls.
const STACK: usize = 64 * 1024;

fn serve(requests: &Receiver<OpenRequest>, ports: &BTreeSet<u16>) {
    // If an answer can't be sent, nothing waits for it anymore.
    for request in requests {
        match request {
            OpenRequest::Open {
                address,
                family,
                answer,
            } => {
                let bound = if ports.contains(&address.port()) {
                    listening::listen_here(address, family)
                } else {
                    Err(Errno::ACCESS.into())
                };
                let _ = answer.send(bound);
            }
            OpenRequest::Again {
                socket,
                address,
                answer,
            } => {
                let _ = answer.send(listening::listen_again_here(&socket, address));
            }
        }
    }
}

/// Binds an address and listens on it, on this thread if that is allowed.
pub(super) fn open(address: SocketAddr, family: Family) -> io::Result<Bound> {
    let Some(door) = DOOR.get() else {
        return listening::listen_here(address, family);
    };
    let (answer, answered) = sync_channel(1);
    ask(
        door,
        OpenRequest::Open {
            address,
            family,
            answer,
        },
    )?;
    answered.recv().map_err(|_| gone())?
}

/// Makes a bound socket listen again, on this thread if that is allowed.
pub(super) fn again(socket: BorrowedFd<'_>, address: SocketAddr) -> io::Result<()> {
    let Some(door) = DOOR.get() else {
        return listening::listen_again_here(socket, address);
    };
    let socket = socket.try_clone_to_owned()?;
    let (answer, answered) = sync_channel(1);
    ask(
        door,
        OpenRequest::Again {
            socket,
            address,
            answer,
        },
    )?;
    answered.recv().map_err(|_| gone())?
}

fn ask(door: &Sender<OpenRequest>, request: OpenRequest) -> io::Result<()> {
    door.send(request).map_err(|_| gone())
}

fn gone() -> io::Error {
    io::Error::other(ENDED)
}
