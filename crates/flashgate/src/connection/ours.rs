//! Whether a connection to a backend has come back to this very process: then one client would be passed on without end.
//!
//! The config refuses what it can tell without looking names up; where a name leads is known only once it is dialled.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpStream;

use super::peer;

/// The addresses that are listened on, as they are now.
#[derive(Debug, Default)]
pub(crate) struct Ours(Mutex<Arc<[SocketAddr]>>);

impl Ours {
    /// Others, from now on.
    pub(crate) fn set(&self, addresses: impl Iterator<Item = SocketAddr>) {
        let addresses = addresses.map(peer::canonical).collect();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = addresses;
    }

    /// Which of them a connection to an address has been made to, if to any.
    pub(super) fn reached_by(&self, stream: &TcpStream, there: SocketAddr) -> Option<SocketAddr> {
        let ours = Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let there = peer::canonical(there);
        let mut same_port = ours.iter().filter(|ours| ours.port() == there.port());
        same_port
            .find(|ours| **ours == there || ours.ip().is_unspecified() && is_here(stream, there))
            .copied()
    }
}

/// Whether the other end of a connection is on this machine: there, both ends mostly have one address.
fn is_here(stream: &TcpStream, there: SocketAddr) -> bool {
    let here = stream.local_addr().ok().map(peer::canonical);
    there.ip().is_loopback() || here.is_some_and(|here| here.ip() == there.ip())
}
