//! Version 2: binary, with extensions (TLVs) after the addresses.
//!
//! Extensions are skipped, except the checksum, which must be correct if present (section 2.2.3).

use std::mem;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{AddressPair, Addresses, ProxyHeader, ProxyRefusal, ProxyVerdict, crc32c};

pub(super) const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// Signature, version and command, family and transport, length.
const FIXED: usize = 16;

/// The specification allows 64 KiB. Known senders stay under 1 KiB, even with a client certificate's names.
pub(super) const LONGEST: usize = 4 * 1024;

const LOCAL: u8 = 0x20;
const PROXY: u8 = 0x21;
const TCP4: u8 = 0x11;
const TCP6: u8 = 0x21;
const CHECKSUM: u8 = 0x03;

/// Checks bytes that begin like the signature.
pub(super) fn read(bytes: &[u8]) -> ProxyVerdict {
    let Some(&[.., command, family, high, low]) = bytes.first_chunk::<FIXED>() else {
        return begun(bytes);
    };
    if let Some(refusal) = refuse(command, family) {
        return ProxyVerdict::Refused(refusal);
    }
    let length = FIXED + usize::from(u16::from_be_bytes([high, low]));
    if length > LONGEST {
        return ProxyVerdict::Refused(ProxyRefusal::TooLong);
    }
    let Some(header) = bytes.get(..length) else {
        return ProxyVerdict::NeedMore { at_least: length };
    };
    // LOCAL: the rest must be ignored, including the family.
    let addresses = if command == LOCAL {
        Ok(None)
    } else {
        addresses(header, family)
    };
    match addresses {
        Ok(addresses) => ProxyVerdict::Header(ProxyHeader { addresses, length }),
        Err(refusal) => ProxyVerdict::Refused(refusal),
    }
}

/// Fewer bytes than the fixed part. The bytes so far may already be wrong.
fn begun(bytes: &[u8]) -> ProxyVerdict {
    let mut more = bytes.iter().skip(SIGNATURE.len());
    match (more.next(), more.next()) {
        (Some(&command), family) => refuse(command, family.copied().unwrap_or(0)),
        (None, _) => None,
    }
    .map_or(
        ProxyVerdict::NeedMore { at_least: FIXED },
        ProxyVerdict::Refused,
    )
}

fn refuse(command: u8, family: u8) -> Option<ProxyRefusal> {
    match command {
        PROXY if family >> 4 > 3 || family & 0x0f > 2 => Some(ProxyRefusal::UnknownFamily),
        LOCAL | PROXY => None,
        _ => Some(ProxyRefusal::UnknownCommand),
    }
}

/// The addresses, unless they are of no use here: those of datagrams and Unix sockets.
fn addresses(header: &[u8], family: u8) -> Result<Option<Addresses>, ProxyRefusal> {
    let body = header.get(FIXED..).unwrap_or_default();
    let size = match family >> 4 {
        1 => 12,
        2 => 36,
        3 => 216,
        // For an unspecified family, the end of the addresses is unknown, so nothing is read.
        _ => return Ok(None),
    };
    let (addresses, extensions) = body.split_at_checked(size).ok_or(ProxyRefusal::TooShort)?;
    check(header, extensions)?;
    Ok(match family {
        TCP4 => pair::<4>(addresses, |ip| Ipv4Addr::from(ip).into()),
        TCP6 => pair::<16>(addresses, |ip| Ipv6Addr::from(ip).into()),
        _ => None,
    })
}

fn pair<const N: usize>(bytes: &[u8], address: impl Fn([u8; N]) -> IpAddr) -> Option<Addresses> {
    let (&source, bytes) = bytes.split_first_chunk::<N>()?;
    let (&destination, bytes) = bytes.split_first_chunk::<N>()?;
    let (&source_port, bytes) = bytes.split_first_chunk::<2>()?;
    let &destination_port = bytes.first_chunk::<2>()?;
    let at = |ip, port| SocketAddr::new(address(ip), u16::from_be_bytes(port));
    Some(Addresses {
        source: at(source, source_port),
        destination: at(destination, destination_port),
    })
}

/// Checks the extensions. Each has a type, a length of two bytes, and that many bytes.
fn check(header: &[u8], mut extensions: &[u8]) -> Result<(), ProxyRefusal> {
    let mut checked = false;
    while let Some((&kind, rest)) = extensions.split_first() {
        let (&size, rest) = rest
            .split_first_chunk::<2>()
            .ok_or(ProxyRefusal::CutExtension)?;
        let size = usize::from(u16::from_be_bytes(size));
        let (value, rest) = rest
            .split_at_checked(size)
            .ok_or(ProxyRefusal::CutExtension)?;
        if kind == CHECKSUM {
            let said: [u8; 4] = value.try_into().map_err(|_| ProxyRefusal::Checksum)?;
            let from = header.len() - rest.len() - said.len();
            // A second checksum can't be correct, and computing each one would take quadratic time.
            if mem::replace(&mut checked, true)
                || u32::from_be_bytes(said) != crc32c::without(header, from)
            {
                return Err(ProxyRefusal::Checksum);
            }
        }
        extensions = rest;
    }
    Ok(())
}

pub(super) fn write(family: AddressPair) -> Vec<u8> {
    let mut header = Vec::with_capacity(FIXED + 36);
    header.extend_from_slice(SIGNATURE);
    let mut body = |code: u8, length: u8, parts: [&[u8]; 4]| {
        header.extend_from_slice(&[PROXY, code, 0, length]);
        header.extend(parts.into_iter().flatten());
    };
    match family {
        AddressPair::V4(source, destination) => {
            let (from, to) = (source.ip().octets(), destination.ip().octets());
            let ports = [
                source.port().to_be_bytes(),
                destination.port().to_be_bytes(),
            ];
            let [from_port, to_port] = &ports;
            body(TCP4, 12, [&from, &to, from_port, to_port]);
        }
        AddressPair::V6(source, destination) => {
            let (from, to) = (source.ip().octets(), destination.ip().octets());
            let ports = [
                source.port().to_be_bytes(),
                destination.port().to_be_bytes(),
            ];
            let [from_port, to_port] = &ports;
            body(TCP6, 36, [&from, &to, from_port, to_port]);
        }
    }
    header
}
