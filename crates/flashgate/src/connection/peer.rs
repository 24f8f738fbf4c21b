//! The address of a client, in the form that operators, logs and ban lists use.
//!
//! It is the address returned by `accept`. Asking the socket later does not work, because the address is gone once the
//! client has disconnected.

use std::net::{IpAddr, SocketAddr};

/// Returns an IPv4 address as IPv4. On a socket for both protocols, the kernel writes it as `::ffff:192.0.2.7` (RFC
/// 4291, 2.5.5.2).
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        IpAddr::V4(ip) => SocketAddr::new(ip.into(), address.port()),
        IpAddr::V6(_) => address,
    }
}
