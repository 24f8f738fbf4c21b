//! Creates a listening socket, makes one listen again, or makes it refuse new clients.

use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use flashgate_config::snapshot::{self, AskedBy, ListenAddress};
use rustix::io::Errno;
use rustix::net::Shutdown;
use socket2::{Domain, Protocol, SockRef, Socket, Type};

/// The kernel limits it to `net.core.somaxconn`, 4096 on current Linux.
pub(super) const BACKLOG: i32 = 4096;

/// A listening socket, and what is needed to create it again.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) socket: OwnedFd,
    /// The bound address: with the real port, or the IPv4 wildcard on a machine without IPv6.
    pub(super) address: SocketAddr,
    pub(super) family: Family,
    /// Whether another process may have it too: it was inherited.
    pub(super) is_shared: bool,
}

/// A socket that the plan asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub(super) address: ListenAddress,
    /// The name that the service manager can use for it.
    pub(super) name: &'a str,
    pub(super) asked_by: AskedBy,
}

impl<'a> From<&'a snapshot::Socket> for Wanted<'a> {
    fn from(socket: &'a snapshot::Socket) -> Self {
        Self {
            address: socket.address,
            name: &socket.name,
            asked_by: socket.asked_by,
        }
    }
}

/// Whether a socket on `[::]` also accepts IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Both,
    One,
}

/// Binds an address, also again after its socket has failed and is closed. `opener::open` chooses the thread.
pub(super) fn listen_here(address: SocketAddr, family: Family) -> io::Result<Bound> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM.nonblocking().cloexec(),
        Some(Protocol::TCP),
    )?;
    // Connections of an earlier run in TIME_WAIT don't block the port. Another listener still does.
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(family == Family::One)?;
    }
    // Accepted sockets inherit this.
    socket.set_tcp_nodelay(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    let address = socket.local_addr()?.as_socket().unwrap_or(address);
    Ok(Bound {
        socket: socket.into(),
        address,
        family,
        is_shared: false,
    })
}

/// Makes a socket listen again at its address. `opener::again` chooses the thread.
///
/// After an outside shutdown (`ss --kill`), the socket keeps its shutdown state. If it only listened again, accepted
/// connections would inherit that state and be at their end before the first byte. Shutting a socket down *while* it
/// listens clears the state.
pub(super) fn listen_again_here(socket: impl AsFd, address: SocketAddr) -> io::Result<()> {
    let socket = socket.as_fd();
    if !is_at(socket, address) {
        return Err(Errno::ADDRNOTAVAIL.into());
    }
    rustix::net::listen(socket, BACKLOG)?;
    rustix::net::shutdown(socket, Shutdown::Read)?;
    rustix::net::listen(socket, BACKLOG)?;
    // In between, the socket may have lost its port and received another one.
    if is_at(socket, address) {
        Ok(())
    } else {
        Err(Errno::ADDRNOTAVAIL.into())
    }
}

/// Whether a socket still has its port. A port chosen by the system is released when the listener ends.
fn is_at(socket: BorrowedFd<'_>, address: SocketAddr) -> bool {
    let now = rustix::net::getsockname(socket).map(SocketAddr::try_from);
    matches!(now, Ok(Ok(now)) if now.port() == address.port())
}

/// Refuses clients that begin to connect. Handshakes that have begun go on, and their clients are queued. Without this,
/// Linux resets every client that connects between the last look at the queue and the close.
///
/// It binds the socket to a network device that does not exist, so no new packet is for this socket. Linux before 5.7
/// needs a privilege for that; there, this has no effect.
pub(super) fn admit_no_more(socket: impl AsFd) {
    let _ = SockRef::from(&socket).bind_device_by_index_v4(NonZeroU32::new(NO_DEVICE));
}

/// The index of a network device that does not exist. Linux counts from 1.
const NO_DEVICE: u32 = i32::MAX.unsigned_abs();
