//! Detects a connection to a backend that has reached this very process. Forwarding it would loop forever.
//!
//! The config check rejects such backends where it can without a lookup. What a name resolves to is known only when
//! connecting.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpStream;

use super::peer;

/// The addresses that the daemon listens on now.
#[derive(Debug, Default)]
pub(crate) struct Ours(Mutex<Arc<[SocketAddr]>>);

impl Ours {
    /// Replaces the addresses.
    pub(crate) fn set(&self, addresses: impl Iterator<Item = SocketAddr>) {
        let addresses = addresses.map(peer::canonical).collect();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = addresses;
    }

    /// The own address that a connection reached, if any.
    pub(super) fn reached_by(&self, stream: &TcpStream, there: SocketAddr) -> Option<SocketAddr> {
        let ours = Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let there = peer::canonical(there);
        let mut same_port = ours.iter().filter(|ours| ours.port() == there.port());
        same_port
            .find(|ours| **ours == there || ours.ip().is_unspecified() && is_here(stream, there))
            .copied()
    }
}

/// Whether the other end of a connection is on this machine. If so, both ends usually have the same address.
fn is_here(stream: &TcpStream, there: SocketAddr) -> bool {
    let here = stream.local_addr().ok().map(peer::canonical);
    there.ip().is_loopback() || here.is_some_and(|here| here.ip() == there.ip())
}
