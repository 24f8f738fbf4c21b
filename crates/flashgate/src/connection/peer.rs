//! Which address a client has, as operators, their logs and their ban lists know it.
//!
//! It is the one that `accept` gives. A socket must not be asked for it later: once its client has gone it has none.

use std::net::{IpAddr, SocketAddr};

/// As IPv4, where a client came over IPv4 to a socket that takes both: the kernel writes it `::ffff:192.0.2.7` there
/// (RFC 4291, 2.5.5.2).
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        IpAddr::V4(ip) => SocketAddr::new(ip.into(), address.port()),
        IpAddr::V6(_) => address,
    }
}
