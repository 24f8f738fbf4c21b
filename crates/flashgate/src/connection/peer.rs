//! Which address a client has, as operators, their logs and their ban lists know it.

use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsFd;

use rustix::net::getpeername;

/// The peer of a connected socket; none once the connection has failed.
pub(super) fn of(socket: impl AsFd) -> Option<SocketAddr> {
    let peer = getpeername(socket).ok().flatten()?;
    SocketAddr::try_from(peer).ok().map(canonical)
}

/// As IPv4, where a client came over IPv4 to a socket that takes both: the kernel writes it `::ffff:192.0.2.7` there
/// (RFC 4291, 2.5.5.2).
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        IpAddr::V4(ip) => SocketAddr::new(ip.into(), address.port()),
        IpAddr::V6(_) => address,
    }
}
