//! One listening socket: made, or told to listen again.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use flashgate_config::snapshot::{self, AskedBy, ListenAddress};
use rustix::io::Errno;
use rustix::net::Shutdown;
use socket2::{Domain, Protocol, Socket, Type};

/// The kernel cuts it to `net.core.somaxconn`, 4096 on today's Linux.
pub(super) const BACKLOG: i32 = 4096;

/// A listening socket and what is needed to make it anew.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) socket: OwnedFd,
    /// As bound: with the real port, and IPv4's wildcard where the machine has no IPv6.
    pub(super) address: SocketAddr,
    pub(super) family: Family,
}

/// A socket that the plan asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub(super) address: ListenAddress,
    /// What the service manager may call it.
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

/// What a socket on `[::]` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Both,
    One,
}

/// Binds one address, also again after its socket has failed and is closed; `opener::open` decides on which thread.
pub(super) fn listen_here(address: SocketAddr, family: Family) -> io::Result<Bound> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM.nonblocking().cloexec(),
        Some(Protocol::TCP),
    )?;
    // Connections of a former run that are in TIME_WAIT do not hold the port; another listener still does.
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(family == Family::One)?;
    }
    // Accepted sockets inherit it.
    socket.set_tcp_nodelay(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    let address = socket.local_addr()?.as_socket().unwrap_or(address);
    Ok(Bound {
        socket: socket.into(),
        address,
        family,
    })
}

/// Has a socket listen that has stopped to, at the address that it had; `opener::again` decides on which thread.
///
/// What ends a listener from outside (`ss --kill`) leaves it shut down, and merely told to listen it would hand that
/// down: each connection would be at its end before its first byte. Shutting a socket down *while* it listens takes
/// that off again.
pub(super) fn listen_again_here(socket: impl AsFd, address: SocketAddr) -> io::Result<()> {
    let socket = socket.as_fd();
    if !is_at(socket, address) {
        return Err(Errno::ADDRNOTAVAIL.into());
    }
    rustix::net::listen(socket, BACKLOG)?;
    rustix::net::shutdown(socket, Shutdown::Read)?;
    rustix::net::listen(socket, BACKLOG)?;
    // Between the two it may have lost its port, and been given another one.
    if is_at(socket, address) {
        Ok(())
    } else {
        Err(Errno::ADDRNOTAVAIL.into())
    }
}

/// Whether a socket still has its port: one that the system had chosen is given back when the listener ends.
fn is_at(socket: BorrowedFd<'_>, address: SocketAddr) -> bool {
    let now = rustix::net::getsockname(socket).map(SocketAddr::try_from);
    matches!(now, Ok(Ok(now)) if now.port() == address.port())
}
