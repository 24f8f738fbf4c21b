//! A batch of accepts, after which other tasks get to run.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rustix::io::Errno;
use rustix::net::{SocketFlags, acceptfrom_with, getsockname};

use super::super::accept_error::{Class, classify};
use super::{Acceptor, BATCH, Batch, BatchEnd, SocketOffer, is_empty};
use crate::connection::{self, peer};

impl Acceptor {
    /// Takes up to [`BATCH`] connections.
    pub(super) fn batch(&self) -> Batch {
        let mut batch = Batch {
            accepted: 0,
            goes_on: false,
            end: BatchEnd::Full,
        };
        let descriptors = self.offer.borrow().services.descriptors();
        for _ in 0..BATCH {
            if let Some(end) = self.take(&mut batch, descriptors) {
                batch.end = end;
                break;
            }
        }
        batch
    }

    /// Takes one connection. Returns how the batch has ended, if it has.
    fn take(&self, batch: &mut Batch, descriptors: u8) -> Option<BatchEnd> {
        if !self.shared.permits.has_room(descriptors) {
            return Some(BatchEnd::NoRoom);
        }
        let (listener, accepted) = (self.listener.get_ref(), batch.accepted);
        // An accept from an empty queue allocates a descriptor first, so it costs more than this check.
        if accepted > 0 && accepted == self.usual && is_empty(listener) {
            return Some(BatchEnd::Empty);
        }
        match acceptfrom_with(listener, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC) {
            Ok((socket, peer)) => {
                batch.accepted += 1;
                let peer = peer.and_then(|peer| SocketAddr::try_from(peer).ok());
                let peer = peer.map(peer::canonical);
                batch.goes_on |= self.start(socket, peer);
                None
            }
            Err(errno) => {
                let class = classify(errno);
                let end = end_of_batch(listener, errno, class, accepted);
                if !matches!(end, Some(BatchEnd::Empty | BatchEnd::Full)) {
                    self.status.count_accept_error(class);
                }
                end
            }
        }
    }

    /// Serves a connection. A panic does not affect other connections. Returns whether it has a task.
    fn start(&self, socket: OwnedFd, peer: Option<SocketAddr>) -> bool {
        let serve = || {
            let SocketOffer { services, doors } = &*self.offer.borrow();
            let local = services
                .by_address()
                .then(|| local_address(&socket))
                .flatten();
            connection::start(socket, peer, services.at(local), doors, &self.shared)
        };
        catch_unwind(AssertUnwindSafe(serve)).unwrap_or_else(|_| {
            self.shared.tell_panic();
            false
        })
    }
}

fn local_address(socket: &OwnedFd) -> Option<SocketAddr> {
    getsockname(socket)
        .ok()
        .and_then(|local| SocketAddr::try_from(local).ok())
}

/// Whether an error ends a batch, and how.
fn end_of_batch(
    listener: &OwnedFd,
    errno: Errno,
    class: Class,
    accepted: usize,
) -> Option<BatchEnd> {
    match class {
        // If the listener is readable but empty, keep the readiness: it is reported only once.
        Class::Empty if accepted == 0 && !is_empty(listener) => Some(BatchEnd::Full),
        Class::Empty => Some(BatchEnd::Empty),
        Class::Connection => None,
        // Linux allocates the descriptor before it checks the queue, so the queue may be empty.
        Class::Exhausted if is_empty(listener) => Some(BatchEnd::Empty),
        Class::Exhausted => Some(BatchEnd::Exhausted(errno)),
        Class::Dead => Some(BatchEnd::Dead(errno)),
    }
}
