//! The PROXY protocol: a load balancer sends the client's address before the first byte of a connection.
//!
//! Based on `HAProxy`'s `doc/proxy-protocol.txt`, versions 1 and 2. Only peers that the operator trusts may send a
//! header, and they must: whether there is a header is never guessed. Bytes after the header are left alone, and
//! readers allocate nothing.

mod crc32c;
#[cfg(test)]
mod tests;
mod v1;
mod v2;

use std::fmt;
use std::net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6};

/// The most that [`ProxyReader`] ever asks for. A buffer for peeking need not be larger.
pub const LONGEST: usize = v2::LONGEST;

/// The verdict about the bytes so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyVerdict {
    /// An incomplete header.
    NeedMore {
        /// The minimum length of the header.
        at_least: usize,
    },
    /// A complete header.
    Header(ProxyHeader),
    /// No header, or an invalid one. The connection must be closed without a reply.
    Refused(ProxyRefusal),
}

/// The content of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProxyHeader {
    /// None if the balancer acts for itself, for example in a health check, or does not know. Then the addresses of
    /// the connection are valid.
    pub addresses: Option<Addresses>,
    /// The length of the header. The client's bytes begin after it.
    pub length: usize,
}

/// The client and the destination. Both have the same family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The client.
    pub source: SocketAddr,
    /// What the client connected to.
    pub destination: SocketAddr,
}

/// Why a header was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyRefusal {
    /// It does not begin like either version.
    NoHeader,
    /// A version 1 line has no end where one is required.
    Unterminated,
    /// A version 1 line is malformed.
    Malformed,
    /// The version 2 command is neither LOCAL nor PROXY, or the version is not 2.
    UnknownCommand,
    /// The address family or the transport of version 2 does not exist.
    UnknownFamily,
    /// The addresses of version 2 don't fit into its length.
    TooShort,
    /// Version 2 with more than 4 KiB.
    TooLong,
    /// The extensions after the addresses in version 2 are cut short.
    CutExtension,
    /// The checksum is wrong.
    Checksum,
}

impl fmt::Display for ProxyRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoHeader => "expected a PROXY header, found other bytes",
            Self::Unterminated => "expected CR LF within the first 107 bytes of the PROXY header",
            Self::Malformed => {
                "expected \"PROXY TCP4|TCP6 SOURCE DESTINATION PORT PORT\" or \"PROXY UNKNOWN\", found another line"
            }
            Self::UnknownCommand => "expected the command LOCAL or PROXY of version 2, found another",
            Self::UnknownFamily => "expected an address family and transport of the PROXY protocol, found others",
            Self::TooShort => "expected two addresses in the PROXY header, found too few bytes",
            Self::TooLong => "expected a PROXY header of at most 4 KiB, found a longer one",
            Self::CutExtension => "expected complete extensions in the PROXY header, found one cut short",
            Self::Checksum => "expected the right checksum in the PROXY header, found a wrong one",
        })
    }
}

/// Whether bytes begin like a header of either version. This does not happen by accident.
pub fn begins(bytes: &[u8]) -> bool {
    let families = ["PROXY TCP4 ", "PROXY TCP6 ", "PROXY UNKNOWN"];
    bytes.starts_with(v2::SIGNATURE)
        || families
            .iter()
            .any(|line| bytes.starts_with(line.as_bytes()))
}

/// Reads a header as its bytes arrive.
///
/// However the bytes are cut, the verdict is the same. Each byte is read only a few times.
#[derive(Debug, Default)]
pub struct ProxyReader {
    /// How many bytes were searched for the end of the line.
    searched: usize,
}

impl ProxyReader {
    /// Checks all bytes so far, from the first of the connection.
    pub fn judge(&mut self, bytes: &[u8]) -> ProxyVerdict {
        if bytes.is_empty() {
            ProxyVerdict::NeedMore { at_least: 1 }
        } else if begins_like(bytes, v2::SIGNATURE) {
            v2::read(bytes)
        } else if begins_like(bytes, v1::SIGNATURE) {
            v1::read(bytes, &mut self.searched)
        } else {
            ProxyVerdict::Refused(ProxyRefusal::NoHeader)
        }
    }
}

fn begins_like(bytes: &[u8], signature: &[u8]) -> bool {
    bytes.iter().zip(signature).all(|(a, b)| a == b)
}

/// The version of the protocol to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyVersion {
    /// A line of text.
    V1,
    /// Binary.
    V2,
}

impl Addresses {
    /// The header that sends them to a backend.
    pub fn header(self, version: ProxyVersion) -> Vec<u8> {
        match version {
            ProxyVersion::V1 => v1::write(self.family()),
            ProxyVersion::V2 => v2::write(self.family()),
        }
    }

    /// Both as IPv4 if both can be IPv4, otherwise both as IPv6, because a header has only one family.
    fn family(self) -> AddressPair {
        let canonical = |address: SocketAddr| match address.ip().to_canonical() {
            IpAddr::V4(ip) => Some(SocketAddrV4::new(ip, address.port())),
            IpAddr::V6(_) => None,
        };
        match (canonical(self.source), canonical(self.destination)) {
            (Some(source), Some(destination)) => AddressPair::V4(source, destination),
            _ => AddressPair::V6(mapped(self.source), mapped(self.destination)),
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum AddressPair {
    V4(SocketAddrV4, SocketAddrV4),
    V6(SocketAddrV6, SocketAddrV6),
}

/// Without a scope, which neither version supports.
fn mapped(address: SocketAddr) -> SocketAddrV6 {
    let ip = match address.ip() {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    };
    SocketAddrV6::new(ip, address.port(), 0, 0)
}
