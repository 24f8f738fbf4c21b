//! A listening socket that every thread accepts on, and that is put right should it fail.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use flashgate_config::snapshot::ListenAddress;
use flashgate_relay::prepare as prepare_for_relays;

use super::listening::{Bound, Family};
use super::opener;
use super::status::Health;
use crate::log;

/// See the module.
#[derive(Debug)]
pub(super) struct Endpoint {
    /// As bound.
    pub(super) address: SocketAddr,
    /// Whether its socket works, now and later; who accepts on it says so.
    pub(super) health: Health,
    family: Family,
    /// Whether what it accepts may be relayed.
    relays: AtomicBool,
    socket: Mutex<Arc<OwnedFd>>,
}

/// One with the address that its plan has for it, for whoever takes it over.
#[derive(Debug)]
pub(super) struct AskedEndpoint {
    pub(super) asked: ListenAddress,
    pub(super) endpoint: Arc<Endpoint>,
}

/// A socket that an event loop does not take.
#[derive(Debug)]
pub(super) struct NotWatched {
    pub(super) address: SocketAddr,
    pub(super) error: io::Error,
}

impl fmt::Display for NotWatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "can't watch {}: {}",
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
            socket: Mutex::new(Arc::new(bound.socket)),
        }
    }

    pub(super) fn socket(&self) -> Arc<OwnedFd> {
        Arc::clone(&self.socket.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sees to it that what is accepted from now on is ready to be relayed: sockets inherit it from their listener.
    pub(super) fn prepare_for_relays(&self) {
        self.relays.store(true, Ordering::Relaxed);
        prepare_for_relays(&self.socket());
    }

    /// A descriptor in place of one whose socket has failed: often of the same socket, told to listen again.
    ///
    /// That needs no privilege, keeps the port, and helps where another process that shares the socket has shut it
    /// down. Binding anew is the second choice.
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

    /// Another descriptor of the same socket, for an event loop that must begin anew with it.
    pub(super) fn renew(&self, used: &Arc<OwnedFd>) -> io::Result<Arc<OwnedFd>> {
        self.replace(used, || used.try_clone())
    }

    /// Makes a descriptor anew, unless another thread has; never the same, so that each can tell which it has.
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
