//! The one thread that makes sockets listen once the process is confined.
//!
//! The kernel picks a port for a socket that listens and was never bound, and no kernel so far checks that port against a
//! rule. So all other threads lose the right to `bind` and `listen`, and ask this one, which binds first and listens then.
//! Threads share memory: this stops code that can make system calls, not code that controls all of this process's
//! memory.

use std::collections::BTreeSet;
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
static DOOR: OnceLock<Sender<Request>> = OnceLock::new();

/// What can be asked for, and where the answer goes.
enum Request {
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

/// Starts the thread, which opens these ports only; 0 stands for any that is free. First of all it limits itself; where it
/// can't, it does not start, and the error is the reason.
pub(super) fn start(
    ports: BTreeSet<u16>,
    limit: impl FnOnce() -> Result<(), String> + Send + 'static,
) -> Result<(), String> {
    let (door, requests) = channel();
    let (limited, outcome) = sync_channel(1);
    thread::Builder::new()
        .name("opener".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            let result = deaf().and_then(|()| limit());
            let may_serve = result.is_ok();
            let _ = limited.send(result);
            if may_serve {
                serve(&requests, &ports);
            }
        })
        .map_err(|error| log::reason(&error))?;
    outcome
        .recv()
        .map_err(|_| "the thread that opens sockets has ended".to_owned())??;
    DOOR.set(door)
        .map_err(|_| "the process is confined already".to_owned())
}

/// Leaves the process' signals to other threads: what handles one sends a byte to the event loop, which this thread may
/// not.
fn deaf() -> Result<(), String> {
    let blocked = SigSet::all().thread_block();
    blocked.map_err(|errno| log::reason(&errno.into()))
}

/// It calls the kernel and little else.
const STACK: usize = 64 * 1024;

fn serve(requests: &Receiver<Request>, ports: &BTreeSet<u16>) {
    // Nobody waits any more for an answer that can't be sent.
    for request in requests {
        match request {
            Request::Open {
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
            Request::Again {
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
        Request::Open {
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
        Request::Again {
            socket,
            address,
            answer,
        },
    )?;
    answered.recv().map_err(|_| gone())?
}

fn ask(door: &Sender<Request>, request: Request) -> io::Result<()> {
    door.send(request).map_err(|_| gone())
}

fn gone() -> io::Error {
    io::Error::other("the thread that opens sockets has ended")
}
