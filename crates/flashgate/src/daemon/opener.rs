//! The one thread that makes sockets listen once the process is confined.
//!
//! The kernel picks a port for a socket that listens and was never bound, and no kernel so far checks that port against a
//! rule. So all other threads lose the right to `bind` and `listen`, and ask this one, which binds first and listens then.
//! Threads share memory: this stops code that can make system calls, not code that controls all of this process's
//! memory.

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

/// Where to ask; nothing where every thread may listen.
static DOOR: OnceLock<Sender<OpenRequest>> = OnceLock::new();

/// What can be asked for, and where the answer goes.
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

/// Why it does not run.
#[derive(Debug)]
pub(super) enum OpenerFault<E> {
    /// It could not be started.
    Thread(io::Error),
    /// It could not leave the signals to others.
    Signals(nix::errno::Errno),
    /// It could not limit itself.
    Limit(E),
    Ended,
    /// There is one already.
    Confined,
}

impl<E: fmt::Display> fmt::Display for OpenerFault<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Thread(error) => f.write_str(&log::reason(error)),
            Self::Signals(errno) => f.write_str(&log::reason(&(*errno).into())),
            Self::Limit(error) => error.fmt(f),
            Self::Ended => f.write_str(ENDED),
            Self::Confined => f.write_str("the process is confined already"),
        }
    }
}

const ENDED: &str = "the thread that opens sockets has ended";

/// Starts the thread, which opens these ports only; 0 stands for any that is free. First of all it limits itself; where it
/// can't, it does not start.
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

/// Leaves the process' signals to other threads: what handles one sends a byte to the event loop, which this thread may
/// not.
fn deaf<E>() -> Result<(), OpenerFault<E>> {
    SigSet::all().thread_block().map_err(OpenerFault::Signals)
}

/// It calls the kernel and little else.
const STACK: usize = 64 * 1024;

fn serve(requests: &Receiver<OpenRequest>, ports: &BTreeSet<u16>) {
    // Nobody waits any more for an answer that can't be sent.
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

/// Binds an address and listens there, on this thread if it may.
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

/// Has a socket listen again that is bound to this address, on this thread if it may.
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
