//! Listening sockets: bound all or none, IPv6 and IPv4 on one where nothing else is asked for.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::Shutdown;
use socket2::{Domain, Protocol, Socket, Type};

use super::inherited::Inherited;
use super::opener;
use super::remedy;
use crate::snapshot::ListenAddress;
use crate::snapshot::{self, AskedBy};

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

/// Binds what is not inherited already, or says of each address that fails why. The wanted are all or a part of those
/// in use.
pub(super) fn all(
    wanted: &[Wanted<'_>],
    in_use: &[ListenAddress],
    inherited: &mut Inherited,
) -> Result<Vec<Bound>, String> {
    let by_address: Vec<_> = wanted
        .iter()
        .map(|wanted| inherited.take_by_address(wanted.address))
        .collect();
    let (mut bound, mut faults) = (Vec::new(), String::new());
    for (wanted, given) in wanted.iter().zip(by_address) {
        match given.or_else(|| inherited.take_otherwise(wanted)) {
            Some(given) => bound.push(given),
            None => match one(wanted.address, in_use) {
                Ok(socket) => bound.push(socket),
                Err((tried, error)) => {
                    faults.push_str(&remedy::describe(tried, wanted.asked_by, &error));
                }
            },
        }
    }
    if faults.is_empty() {
        Ok(bound)
    } else {
        Err(faults)
    }
}

fn one(address: ListenAddress, all: &[ListenAddress]) -> Result<Bound, (SocketAddr, io::Error)> {
    let (address, family) = match address {
        ListenAddress::Exactly(address) => (address, Family::One),
        ListenAddress::Everywhere { port } => {
            let v4_apart = all.iter().any(|other| other.is_every_v4(port));
            (
                (Ipv6Addr::UNSPECIFIED, port).into(),
                if v4_apart { Family::One } else { Family::Both },
            )
        }
    };
    match opener::open(address, family) {
        Err(error) if family == Family::Both && has_no_ipv6(&error) => {
            let address = (Ipv4Addr::UNSPECIFIED, address.port()).into();
            opener::open(address, Family::One).map_err(|error| (address, error))
        }
        bound => bound.map_err(|error| (address, error)),
    }
}

/// A kernel without IPv6 knows no such sockets; one with IPv6 switched off has no such address.
fn has_no_ipv6(error: &io::Error) -> bool {
    let errno = Errno::from_io_error(error);
    errno == Some(Errno::AFNOSUPPORT) || errno == Some(Errno::ADDRNOTAVAIL)
}

/// Has a socket listen that has stopped to, at the address that it had; [`opener::again`] decides on which thread.
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

/// Whether this process lacks the right to listen on an address that it listens on. The kernel asks that before whether
/// the address is free.
pub(super) fn is_denied(address: SocketAddr) -> bool {
    let error = opener::open(address, Family::One).err();
    let errno = error.and_then(|error| Errno::from_io_error(&error));
    errno == Some(Errno::ACCESS) || errno == Some(Errno::PERM)
}

/// Binds one address, also again after its socket has failed and is closed; [`opener::open`] decides on which thread.
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
