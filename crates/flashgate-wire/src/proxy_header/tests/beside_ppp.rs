//! Generated headers, some of them damaged, are read as the `ppp` crate reads them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::super::{Addresses, ProxyHeader, ProxyReader, ProxyRefusal, ProxyVerdict, ProxyVersion};

/// Pseudo-random numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % bound
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| u8::try_from(self.below(256)).unwrap())
    }

    fn address(&mut self) -> SocketAddr {
        let port = u16::from_be_bytes(self.bytes());
        let ip = match self.below(4) {
            0 => IpAddr::V4(Ipv4Addr::from(self.bytes::<4>())),
            1 => IpAddr::V6(Ipv4Addr::from(self.bytes::<4>()).to_ipv6_mapped()),
            2 => IpAddr::V6(Ipv6Addr::from(u128::from(self.next()))),
            _ => IpAddr::V6(Ipv6Addr::from(self.bytes::<16>())),
        };
        SocketAddr::new(ip, port)
    }

    /// A header as this crate writes it, sometimes with extensions, sometimes with one or two bytes changed.
    fn header(&mut self) -> Vec<u8> {
        let addresses = Addresses {
            source: self.address(),
            destination: self.address(),
        };
        let version = [ProxyVersion::V1, ProxyVersion::V2][self.below(2)];
        let mut header = addresses.header(version);
        if version == ProxyVersion::V2 {
            for _ in 0..self.below(3) {
                header.extend([0x04, 0, 3]);
                header.extend(self.bytes::<3>());
            }
            let length = u16::try_from(header.len() - 16).unwrap().to_be_bytes();
            header[14..16].copy_from_slice(&length);
        }
        for _ in 0..self.below(4) / 2 {
            let at = self.below(header.len());
            let letters = b" 0123456789abcdef:.\r\nTCP46UNKNOWN\x10\x20\x21\x22\x31";
            header[at] = letters[self.below(letters.len())];
        }
        header
    }
}

/// The addresses in the header; `Nobody` if the connection's own addresses are valid; or no usable header.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Pair(SocketAddr, SocketAddr),
    Nobody,
    NoHeader,
}

/// Two addresses with ports.
fn pair(ips: [IpAddr; 2], ports: [u16; 2]) -> Found {
    let at = |side| SocketAddr::new(ips[side], ports[side]);
    Found::Pair(at(0), at(1))
}

fn theirs(bytes: &[u8]) -> Found {
    let found = if bytes.starts_with(b"\r") {
        ppp::v2::Header::try_from(bytes)
            .ok()
            .map(|header| binary(&header))
    } else {
        ppp::v1::Header::try_from(bytes)
            .ok()
            .map(|header| line(&header))
    };
    found.unwrap_or(Found::NoHeader)
}

fn binary(header: &ppp::v2::Header) -> Found {
    if (header.command, header.protocol) != (ppp::v2::Command::Proxy, ppp::v2::Protocol::Stream) {
        return Found::Nobody;
    }
    match header.addresses {
        ppp::v2::Addresses::IPv4(a) => pair(
            [a.source_address.into(), a.destination_address.into()],
            [a.source_port, a.destination_port],
        ),
        ppp::v2::Addresses::IPv6(a) => pair(
            [a.source_address.into(), a.destination_address.into()],
            [a.source_port, a.destination_port],
        ),
        ppp::v2::Addresses::Unspecified | ppp::v2::Addresses::Unix(_) => Found::Nobody,
    }
}

fn line(header: &ppp::v1::Header) -> Found {
    match header.addresses {
        ppp::v1::Addresses::Tcp4(a) => pair(
            [a.source_address.into(), a.destination_address.into()],
            [a.source_port, a.destination_port],
        ),
        ppp::v1::Addresses::Tcp6(a) => pair(
            [a.source_address.into(), a.destination_address.into()],
            [a.source_port, a.destination_port],
        ),
        ppp::v1::Addresses::Unknown => Found::Nobody,
    }
}

/// Our result. None if `ppp` is known to be more lenient: it checks extensions only on request, and accepts a space
/// instead of the CR.
fn ours(bytes: &[u8]) -> Option<Found> {
    Some(match ProxyReader::default().judge(bytes) {
        ProxyVerdict::Header(ProxyHeader {
            addresses: None, ..
        }) => Found::Nobody,
        ProxyVerdict::Header(ProxyHeader {
            addresses: Some(addresses),
            ..
        }) => Found::Pair(addresses.source, addresses.destination),
        ProxyVerdict::Refused(
            ProxyRefusal::CutExtension | ProxyRefusal::Checksum | ProxyRefusal::Unterminated,
        ) => {
            return None;
        }
        ProxyVerdict::NeedMore { .. } | ProxyVerdict::Refused(_) => Found::NoHeader,
    })
}

fn agree(count: usize) -> (usize, usize) {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut accepted, mut refused) = (0, 0);
    while accepted + refused < count {
        let bytes = random.header();
        let Some(ours) = ours(&bytes) else { continue };
        assert_eq!(ours, theirs(&bytes), "{}", bytes.escape_ascii());
        if ours == Found::NoHeader {
            refused += 1;
        } else {
            accepted += 1;
        }
    }
    (accepted, refused)
}

/// `cargo xtask prove R28-ppp` compares a million.
#[test]
fn agrees_with_ppp() {
    let is_long = std::env::var_os("FLASHGATE_PROVE").is_some();
    let count = if is_long { 1_000_000 } else { 10_000 };
    let (accepted, refused) = agree(count);
    let [most, some] = [count / 2, count / 10];
    assert!(accepted > most && refused > some, "{accepted} {refused}");
    // `cargo xtask prove` looks for this line.
    println!("figure R28-ppp: {accepted} headers accepted, {refused} refused, all as ppp does");
}
