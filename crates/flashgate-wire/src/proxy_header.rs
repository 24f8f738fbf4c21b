//! The PROXY protocol: whose connection a balancer passes on, said before its first byte.
//!
//! Written after `HAProxy`'s `doc/proxy-protocol.txt`, versions 1 and 2. Only a peer that the operator trusts may be
//! asked for a header, and then it must send one: whether there is one is never guessed. Nothing behind the header is
//! touched, and nothing here allocates for a reader.

mod crc32c;
#[cfg(test)]
mod tests;
mod v1;
mod v2;

use std::fmt;
use std::net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6};

/// The most that [`ProxyReader`] ever asks for: whoever peeks needs no larger buffer.
pub const LONGEST: usize = v2::LONGEST;

/// What the bytes so far are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyVerdict {
    /// The beginning of a header.
    NeedMore {
        /// How many bytes the header has at least.
        at_least: usize,
    },
    /// A whole one.
    Header(ProxyHeader),
    /// No header, or a corrupt one: the connection is to be closed without a reply.
    Refused(ProxyRefusal),
}

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProxyHeader {
    /// Absent where the balancer speaks for itself (a health check, say) or does not know: then the addresses of the
    /// connection itself hold.
    pub addresses: Option<Addresses>,
    /// How many bytes it has; the client's own begin behind them.
    pub length: usize,
}

/// Who connected, and to what. Both are of the same family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The client.
    pub source: SocketAddr,
    /// What the client connected to.
    pub destination: SocketAddr,
}

/// Why a header was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyRefusal {
    /// It begins like neither version.
    NoHeader,
    /// A line of version 1 has no end where it must have one.
    Unterminated,
    /// A line of version 1 is not as it must be.
    Malformed,
    /// The command of version 2 is neither LOCAL nor PROXY, or the version is another.
    UnknownCommand,
    /// The address family or the transport of version 2 does not exist.
    UnknownFamily,
    /// The addresses of version 2 do not fit into its length.
    TooShort,
    /// Version 2 with more than 4 KiB.
    TooLong,
    /// What follows the addresses in version 2 is cut short.
    CutExtension,
    /// The checksum is not that of the bytes.
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
            Self::UnknownCommand => "expected command LOCAL or PROXY of version 2, found another",
            Self::UnknownFamily => "expected a family and a transport of the PROXY protocol, found others",
            Self::TooShort => "expected two addresses in the PROXY header, found fewer bytes",
            Self::TooLong => "expected a PROXY header of at most 4 KiB, found a longer one",
            Self::CutExtension => "expected whole extensions in the PROXY header, found one cut short",
            Self::Checksum => "expected the checksum of the PROXY header to fit, found that it does not",
        })
    }
}

/// Whether bytes begin like a header of either version: nobody sends that by accident.
pub fn begins(bytes: &[u8]) -> bool {
    let families = ["PROXY TCP4 ", "PROXY TCP6 ", "PROXY UNKNOWN"];
    bytes.starts_with(v2::SIGNATURE)
        || families
            .iter()
            .any(|line| bytes.starts_with(line.as_bytes()))
}

/// Reads a header as its bytes come in.
///
/// However the bytes are cut, the verdict is the same, and no byte is looked at more than a few times.
#[derive(Debug, Default)]
pub struct ProxyReader {
    /// How many bytes are known to hold no end of line.
    searched: usize,
}

impl ProxyReader {
    /// Judges all the bytes so far, from the connection's first on.
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

/// Which version of the protocol to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyVersion {
    /// A line of text.
    V1,
    /// Binary.
    V2,
}

impl Addresses {
    /// The header that tells a backend of them.
    pub fn header(self, version: ProxyVersion) -> Vec<u8> {
        match version {
            ProxyVersion::V1 => v1::write(self.family()),
            ProxyVersion::V2 => v2::write(self.family()),
        }
    }

    /// Both as IPv4 if both are in truth, else both as IPv6: a header has room for one family.
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

/// Without a scope: neither version has a place for one.
fn mapped(address: SocketAddr) -> SocketAddrV6 {
    let ip = match address.ip() {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    };
    SocketAddrV6::new(ip, address.port(), 0, 0)
}
