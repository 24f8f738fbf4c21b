//! A flood of connection requests (SYN) from addresses that do not exist, as fast as wanted.
//!
//! It needs root, and belongs into a namespace: the answers go to addresses of others.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rustix::net::{AddressFamily, SendFlags, SocketType, ipproto, sendto, socket};

/// The network of the sources, for tests of network devices (RFC 2544); each SYN has another one.
const SOURCES: [u8; 2] = [198, 18];

/// The network of the sources, in the format of `ip route`.
pub const NETWORK: &str = "198.18.0.0/16";

/// How often some are sent.
const TICK: Duration = Duration::from_millis(5);

/// A raw socket, whose sender writes the whole packet.
#[derive(Debug)]
pub struct SynFlood {
    socket: OwnedFd,
    target: SocketAddrV4,
}

impl SynFlood {
    /// Opens the socket in the caller's namespace.
    pub fn new(target: SocketAddrV4) -> Result<Self> {
        let socket = socket(AddressFamily::INET, SocketType::RAW, Some(ipproto::RAW));
        let socket = socket.context("can't open a raw socket")?;
        Ok(Self { socket, target })
    }

    /// Sends this many each second until `end` is set. Returns how many were sent, and for how long.
    pub fn run(&self, per_second: u32, end: &AtomicBool) -> Result<(u64, Duration)> {
        let (start, mut sent) = (Instant::now(), 0_u32);
        while !end.load(Ordering::Acquire) {
            let due = start.elapsed().as_secs_f64() * f64::from(per_second);
            while f64::from(sent) < due {
                let packet = packet(sent, self.target);
                let to = &self.target;
                sendto(&self.socket, &packet, SendFlags::empty(), to).context("can't send")?;
                sent += 1;
            }
            thread::sleep(TICK);
        }
        Ok((u64::from(sent), start.elapsed()))
    }
}

/// The nth SYN: an IPv4 header, whose checksum the kernel fills in, and a TCP header without options.
fn packet(nth: u32, target: SocketAddrV4) -> Vec<u8> {
    let [seq @ .., high, low] = nth.wrapping_mul(2_654_435_761).to_be_bytes();
    let source = Ipv4Addr::from([SOURCES[0], SOURCES[1], high, low]).octets();
    let to = target.ip().octets();
    let [from_port, to_port] = [1024 + (nth % 60_000) as u16, target.port()].map(u16::to_be_bytes);
    // No fragments, 64 hops, TCP.
    let mut packet = vec![0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0];
    packet.extend([source, to].concat());
    let mut tcp = [from_port, to_port].concat();
    tcp.extend([seq[0], seq[1], high, low, 0, 0, 0, 0]);
    // Five words of header, SYN, and a window.
    tcp.extend([0x50, 0x02, 0xff, 0xff, 0, 0, 0, 0]);
    let sum = checksum(&[&source[..], &to, &[0, 6, 0, 20], &tcp].concat());
    tcp.splice(16..18, sum.to_be_bytes());
    packet.extend(tcp);
    packet
}

/// The Internet checksum (RFC 1071) of an even number of bytes.
fn checksum(bytes: &[u8]) -> u16 {
    let (words, _) = bytes.as_chunks();
    let sum: u32 = words
        .iter()
        .map(|word| u32::from(u16::from_be_bytes(*word)))
        .sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    !((folded & 0xffff) as u16 + (folded >> 16) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A correct packet sums to zero together with its checksum.
    #[test]
    fn the_checksum_is_right() {
        let target = "10.98.0.1:843".parse().unwrap();
        for nth in [0, 1, 70_000] {
            let packet = packet(nth, target);
            let (ip, tcp) = packet.split_at(20);
            assert_eq!(packet.len(), 40);
            assert_eq!(checksum(&[&ip[12..20], &[0, 6, 0, 20], tcp].concat()), 0);
        }
    }
}
