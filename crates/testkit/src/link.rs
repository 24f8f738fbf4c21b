//! A link between two namespaces with a configurable delay, jitter and loss.
//!
//! Not every kernel has `tc netem`, so a thread carries the packets between two TUN devices, and delays, reorders or
//! drops them. The devices use no offload, so these are real packets: at most 1500 bytes, each with its own checksum.
//! Packets are never changed.

mod forwarder;
mod path;

use std::fs::File;
use std::io;
use std::net::Ipv4Addr;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result};
use tappers::{Interface, Tun};

pub use self::forwarder::Traffic;
use self::forwarder::{Forwarder, LinkDirection, PacketCounter};
pub use self::path::Path;
use crate::namespace::{self, Namespace};

/// The kernel's interface for network devices whose other end is a program.
const TUN: &str = "/dev/net/tun";

/// How a link behaves in both directions.
#[derive(Clone, Copy, Debug)]
pub struct Conditions {
    /// From the near namespace to the far one.
    pub outbound: Path,
    /// From the far namespace to the near one.
    pub inbound: Path,
    /// The seed of the random numbers. The same seed with the same packets gives the same result.
    pub seed: u64,
}

impl Conditions {
    /// The same path there and back.
    pub const fn both_ways(path: Path, seed: u64) -> Conditions {
        Conditions {
            outbound: path,
            inbound: path,
            seed,
        }
    }
}

/// Two namespaces joined by a path; taken down when dropped.
#[derive(Debug)]
pub struct Link {
    number: u8,
    outbound: Arc<PacketCounter>,
    inbound: Arc<PacketCounter>,
    // Closing this end of the pair stops the forwarder.
    stop: Option<UnixStream>,
    forwarder: Option<JoinHandle<()>>,
}

impl Link {
    /// Joins `near` and `far`; their addresses on the link are [`Link::near`] and [`Link::far`].
    pub fn join(near: &Namespace, far: &Namespace, conditions: Conditions) -> Result<Link> {
        static JOINED: AtomicU8 = AtomicU8::new(0);

        let (stop, stopped) = UnixStream::pair().context("creating a socket pair")?;
        let mut link = Link {
            number: JOINED.fetch_add(1, Ordering::Relaxed),
            outbound: Arc::default(),
            inbound: Arc::default(),
            stop: Some(stop),
            forwarder: None,
        };
        let forwarder = Forwarder {
            near: link.open_end(near, link.near())?,
            far: link.open_end(far, link.far())?,
            outbound: LinkDirection::new(conditions.outbound, conditions.seed, &link.outbound),
            // The two directions must use different random numbers, so one uses the complement.
            inbound: LinkDirection::new(conditions.inbound, !conditions.seed, &link.inbound),
            stopped,
        };
        let thread = thread::Builder::new().name(link.device());
        let started = thread.spawn(|| forwarder.run());
        link.forwarder = Some(started.context("starting a forwarder")?);
        Ok(link)
    }

    /// The address of the near end.
    pub fn near(&self) -> Ipv4Addr {
        Ipv4Addr::new(10, 99, self.number, 1)
    }

    /// The address of the far end.
    pub fn far(&self) -> Ipv4Addr {
        Ipv4Addr::new(10, 99, self.number, 2)
    }

    /// The name of the device at either end.
    pub fn device(&self) -> String {
        format!("link{}", self.number)
    }

    /// The network that both ends have a route to, in the format of `ip route`.
    pub fn network(&self) -> String {
        format!("10.99.{}.0/30", self.number)
    }

    /// The traffic from near to far so far.
    pub fn outbound(&self) -> Traffic {
        self.outbound.read()
    }

    /// The traffic from far to near so far.
    pub fn inbound(&self) -> Traffic {
        self.inbound.read()
    }

    fn open_end(&self, namespace: &Namespace, address: Ipv4Addr) -> Result<Tun> {
        let device = self.device();
        let tun = namespace
            .run(|| open_tun(&device))?
            .with_context(|| format!("opening a TUN device in {}", namespace.name()))?;
        // Router solicitations would be counted as traffic; a kernel without IPv6 sends none.
        let _ = namespace.set_sysctl(&format!("net.ipv6.conf.{device}.disable_ipv6"), "1");
        namespace.ip(&["address", "add", &format!("{address}/30"), "dev", &device])?;
        // A burst must be able to queue: only the path may lose packets, because it counts them.
        namespace.ip(&["link", "set", "dev", &device, "txqueuelen", "10000", "up"])?;
        Ok(tun)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(forwarder) = self.forwarder.take() {
            // A forwarder that panicked has already reported it on stderr; a destructor must not panic too.
            let _ = forwarder.join();
        }
    }
}

/// Describes what this machine lacks for links, or returns `None` if it has everything.
pub fn missing() -> Option<String> {
    namespace::missing().or_else(|| {
        let device = File::options().read(true).write(true).open(TUN);
        device
            .err()
            .map(|error| format!("cannot open {TUN}: {error}"))
    })
}

fn open_tun(device: &str) -> io::Result<Tun> {
    let mut tun = Tun::new_named(Interface::new(device)?)?;
    tun.set_nonblocking(true)?;
    Ok(tun)
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;
    use std::time::{Duration, Instant};

    use super::*;

    /// Sends `count` numbered datagrams from near to far and returns the travel time and number of each.
    fn travel(path: Path, count: u32) -> (Vec<(Duration, u32)>, Traffic) {
        let (near, far) = (Namespace::new().unwrap(), Namespace::new().unwrap());
        let link = Link::join(&near, &far, Conditions::both_ways(path, 2048)).unwrap();
        let receiver = far
            .run(|| UdpSocket::bind((link.far(), 843)))
            .unwrap()
            .unwrap();
        receiver
            .set_read_timeout(Some(Duration::from_millis(300)))
            .unwrap();
        let sender = near
            .run(|| UdpSocket::bind((link.near(), 0)))
            .unwrap()
            .unwrap();
        let start = Instant::now();
        let mut sent = Vec::new();
        for number in 0..count {
            sent.push(start.elapsed());
            sender
                .send_to(&number.to_le_bytes(), (link.far(), 843))
                .unwrap();
        }
        let mut arrivals = Vec::new();
        let mut datagram = [0; 4];
        while receiver.recv(&mut datagram).is_ok() {
            let number = u32::from_le_bytes(datagram);
            let sent = sent[usize::try_from(number).unwrap()];
            arrivals.push((start.elapsed().saturating_sub(sent), number));
        }
        (arrivals, link.outbound())
    }

    #[test]
    fn packets_take_their_time() {
        if missing().is_some() {
            return;
        }
        let delay = Duration::from_millis(20);
        let (received, traffic) = travel(
            Path {
                delay,
                ..Path::default()
            },
            100,
        );
        assert_eq!(received.len(), 100);
        assert_eq!(
            traffic,
            Traffic {
                passed: 100,
                dropped: 0
            }
        );
        assert!(
            received
                .iter()
                .all(|(travel_time, _)| *travel_time >= delay)
        );
        assert!(received.iter().map(|(_, number)| *number).eq(0..100));
    }

    #[test]
    fn lost_packets_are_counted() {
        if missing().is_some() {
            return;
        }
        let (received, traffic) = travel(
            Path {
                loss: 0.5,
                ..Path::default()
            },
            100,
        );
        assert_eq!(u64::try_from(received.len()).unwrap(), traffic.passed);
        assert_eq!(traffic.passed + traffic.dropped, 100);
        assert!((30..70).contains(&traffic.dropped), "{traffic:?}");
    }
}
