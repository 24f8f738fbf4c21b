//! Binds all listening sockets or none. IPv6 and IPv4 share one socket unless configured otherwise.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use flashgate_config::snapshot::ListenAddress;
use rustix::io::Errno;

use super::inherited::Inherited;
use super::listening::{Bound, Family, Wanted};
use super::opener;
use super::remedy::NotBound;

/// Binds the addresses that are not inherited, or returns an error for each address that fails. `wanted` is all or part
/// of `in_use`.
pub(super) fn all(
    wanted: &[Wanted<'_>],
    in_use: &[ListenAddress],
    inherited: &mut Inherited,
) -> Result<Vec<Bound>, Vec<NotBound>> {
    let by_address: Vec<_> = wanted
        .iter()
        .map(|wanted| inherited.take_by_address(wanted.address))
        .collect();
    let (mut bound, mut faults) = (Vec::new(), Vec::new());
    for (wanted, given) in wanted.iter().zip(by_address) {
        match given.or_else(|| inherited.take_otherwise(wanted)) {
            Some(given) => bound.push(given),
            None => match one(wanted.address, in_use) {
                Ok(socket) => bound.push(socket),
                Err((address, error)) => faults.push(NotBound {
                    address,
                    asked_by: wanted.asked_by,
                    error,
                }),
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

/// A kernel without IPv6 has no such sockets. With IPv6 disabled, there is no such address.
fn has_no_ipv6(error: &io::Error) -> bool {
    let errno = Errno::from_io_error(error);
    errno == Some(Errno::AFNOSUPPORT) || errno == Some(Errno::ADDRNOTAVAIL)
}

/// Whether this process is not allowed to listen on an address that it already uses. The kernel checks the permission
/// before it checks whether the address is free.
pub(super) fn is_denied(address: SocketAddr) -> bool {
    let error = opener::open(address, Family::One).err();
    let errno = error.and_then(|error| Errno::from_io_error(&error));
    errno == Some(Errno::ACCESS) || errno == Some(Errno::PERM)
}
