//! Version 1: a line of text, `PROXY TCP4 192.0.2.1 198.51.100.1 56324 9339` CR LF.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::{FromStr, from_utf8};

use super::{AddressPair, Addresses, ProxyHeader, ProxyRefusal, ProxyVerdict};

pub(super) const SIGNATURE: &[u8] = b"PROXY ";

/// The longest valid line: UNKNOWN with two IPv6 addresses and two ports, and CR LF (section 2.1).
const LONGEST: usize = 107;

/// Checks bytes that begin like a line. The first `searched` of them contain no end of line.
pub(super) fn read(bytes: &[u8], searched: &mut usize) -> ProxyVerdict {
    let line = bytes.get(..LONGEST).unwrap_or(bytes);
    let new = line.get(*searched..).unwrap_or_default();
    let Some(at) = new.iter().position(|&byte| byte == b'\r' || byte == b'\n') else {
        *searched = line.len();
        return unfinished(line.len() + 2);
    };
    // The end is searched only once, but a CR may have to wait for its LF.
    *searched += at;
    match line.get(*searched..) {
        Some([b'\r', b'\n', ..]) => judge(line.get(..*searched).unwrap_or_default(), *searched + 2),
        Some([b'\r']) => unfinished(*searched + 2),
        _ => ProxyVerdict::Refused(ProxyRefusal::Unterminated),
    }
}

fn unfinished(at_least: usize) -> ProxyVerdict {
    if at_least > LONGEST {
        ProxyVerdict::Refused(ProxyRefusal::Unterminated)
    } else {
        ProxyVerdict::NeedMore { at_least }
    }
}

fn judge(line: &[u8], length: usize) -> ProxyVerdict {
    match addresses(line.get(SIGNATURE.len()..).unwrap_or_default()) {
        Ok(addresses) => ProxyVerdict::Header(ProxyHeader { addresses, length }),
        Err(refusal) => ProxyVerdict::Refused(refusal),
    }
}

fn addresses(words: &[u8]) -> Result<Option<Addresses>, ProxyRefusal> {
    // The rest of an UNKNOWN line must be ignored, whatever it contains.
    if matches!(words.strip_prefix(b"UNKNOWN"), Some([] | [b' ', ..])) {
        return Ok(None);
    }
    let words = from_utf8(words).map_err(|_| ProxyRefusal::Malformed)?;
    match words.split_once(' ') {
        Some(("TCP4", rest)) => pair::<Ipv4Addr>(rest),
        Some(("TCP6", rest)) => pair::<Ipv6Addr>(rest),
        _ => None,
    }
    .map(Some)
    .ok_or(ProxyRefusal::Malformed)
}

/// `SOURCE DESTINATION PORT PORT`, with single spaces and nothing else.
fn pair<Ip: FromStr + Into<IpAddr>>(words: &str) -> Option<Addresses> {
    let mut words = words.split(' ');
    let mut next = || words.next();
    let source: Ip = next()?.parse().ok()?;
    let destination: Ip = next()?.parse().ok()?;
    let source = SocketAddr::new(source.into(), port(next()?)?);
    let destination = SocketAddr::new(destination.into(), port(next()?)?);
    words.next().is_none().then_some(Addresses {
        source,
        destination,
    })
}

/// Digits without a sign and without leading zeros.
fn port(digits: &str) -> Option<u16> {
    let canonical = digits == "0" || digits.starts_with(|first| ('1'..='9').contains(&first));
    digits.parse().ok().filter(|_| canonical)
}

pub(super) fn write(family: AddressPair) -> Vec<u8> {
    let (protocol, source, destination): (_, SocketAddr, SocketAddr) = match family {
        AddressPair::V4(source, destination) => ("TCP4", source.into(), destination.into()),
        AddressPair::V6(source, destination) => ("TCP6", source.into(), destination.into()),
    };
    format!(
        "PROXY {protocol} {} {} {} {}\r\n",
        source.ip(),
        destination.ip(),
        source.port(),
        destination.port()
    )
    .into_bytes()
}
