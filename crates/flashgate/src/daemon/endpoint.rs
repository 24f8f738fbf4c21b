//! A listening socket that every thread accepts on, and that is repaired if it fails.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use flashgate_config::snapshot::ListenAddress;
use flashgate_relay::prepare as prepare_for_relays;

use super::listening::{self, Bound, Family};
use super::opener;
use super::status::Health;
use crate::log;

/// A listening socket shared by all threads.
#[derive(Debug)]
pub(super) struct Endpoint {
    /// The bound address.
    pub(super) address: SocketAddr,
    /// Whether the socket works. The accept loops set it.
    pub(super) health: Health,
    family: Family,
    /// Whether accepted connections may be relayed.
    relays: AtomicBool,
    /// Whether another process may have the socket too.
    is_shared: AtomicBool,
    socket: Mutex<Arc<OwnedFd>>,
}

/// An endpoint with its configured address, for a handover.
#[derive(Debug)]
pub(super) struct AskedEndpoint {
    pub(super) asked: ListenAddress,
    pub(super) endpoint: Arc<Endpoint>,
}

/// A socket that could not be registered with an event loop.
#[derive(Debug)]
pub(super) struct NotWatched {
    pub(super) address: SocketAddr,
    pub(super) error: io::Error,
}

impl fmt::Display for NotWatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "can't register {} with the event loop: {}",
            self.address,
            log::reason(&self.error)
        )
    }
}

impl Endpoint {
    pub(super) fn new(bound: Bound) -> Self {
        Self {
            address: bound.address,
            health: Health::default(),
            family: bound.family,
            relays: AtomicBool::new(false),
            is_shared: AtomicBool::new(bound.is_shared),
            socket: Mutex::new(Arc::new(bound.socket)),
        }
    }

    pub(super) fn socket(&self) -> Arc<OwnedFd> {
        Arc::clone(&self.socket.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Prepares the socket for relays. Accepted sockets inherit the settings from their listener.
    pub(super) fn prepare_for_relays(&self) {
        self.relays.store(true, Ordering::Relaxed);
        prepare_for_relays(&self.socket());
    }

    /// The socket, for another process.
    pub(super) fn share(&self) -> Arc<OwnedFd> {
        self.is_shared.store(true, Ordering::Relaxed);
        self.socket()
    }

    /// Refuses new clients, so that none is in the queue when the socket is closed. Returns false for a socket that
    /// another process may have too: its queue remains after the close.
    pub(super) fn admit_no_more(&self) -> bool {
        let is_ours = !self.is_shared.load(Ordering::Relaxed);
        if is_ours {
            listening::admit_no_more(self.socket());
        }
        is_ours
    }

    /// Replaces the descriptor of a failed socket, usually by one for the same socket that listens again.
    ///
    /// That needs no privilege, keeps the port, and works if another process that shares the socket has shut it down.
    /// Binding a new socket is the second choice.
    pub(super) fn repair(&self, failed: &Arc<OwnedFd>) -> io::Result<Arc<OwnedFd>> {
        self.replace(failed, || {
            if opener::again(failed.as_fd(), self.address).is_ok() {
                return failed.try_clone();
            }
            let socket = opener::open(self.address, self.family)?.socket;
            if self.relays.load(Ordering::Relaxed) {
                prepare_for_relays(&socket);
            }
            Ok(socket)
        })
    }

    /// Duplicates the descriptor, for an event loop that must register it again.
    pub(super) fn renew(&self, used: &Arc<OwnedFd>) -> io::Result<Arc<OwnedFd>> {
        self.replace(used, || used.try_clone())
    }

    /// Replaces the descriptor, unless another thread has. It is always a new one, so that each thread can tell which
    /// one it uses.
    fn replace(
        &self,
        used: &Arc<OwnedFd>,
        make: impl FnOnce() -> io::Result<OwnedFd>,
    ) -> io::Result<Arc<OwnedFd>> {
        let mut socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&socket, used) {
            *socket = Arc::new(make()?);
        }
        Ok(Arc::clone(&socket))
    }
}
