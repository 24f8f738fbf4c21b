//! The thread that carries packets between the two devices of a link and delivers them when due.
//!
//! It sleeps until a packet arrives, a packet is due or the link is dropped. It must never spin.

use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use tappers::Tun;

use super::path::{Lane, Path};

/// The default MTU of a TUN device, as on Ethernet.
const MTU: usize = 1500;

/// How many packets to read from one device before delivering those that are due.
const BATCH: usize = 64;

/// The packets that were sent one way over a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traffic {
    /// Packets delivered to the other end.
    pub passed: u64,
    /// Packets that the path lost.
    pub dropped: u64,
}

/// The count of one direction, shared between the forwarder and the link.
#[derive(Debug, Default)]
pub(super) struct PacketCounter {
    passed: AtomicU64,
    dropped: AtomicU64,
}

impl PacketCounter {
    pub(super) fn read(&self) -> Traffic {
        Traffic {
            passed: self.passed.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
        }
    }
}

/// One direction of the link: the packets in flight, and the counts.
#[derive(Debug)]
pub(super) struct LinkDirection {
    lane: Lane,
    counter: Arc<PacketCounter>,
}

/// The devices and both directions between them.
pub(super) struct Forwarder {
    pub(super) near: Tun,
    pub(super) far: Tun,
    pub(super) outbound: LinkDirection,
    pub(super) inbound: LinkDirection,
    /// Is closed when the link is dropped.
    pub(super) stopped: UnixStream,
}

impl Forwarder {
    /// Forwards until the link is dropped or one of the namespaces is deleted.
    pub(super) fn run(mut self) {
        let mut buffer = [0; MTU];
        while let Ok(Wake::Forward) = self.sleep() {
            let now = Instant::now();
            self.outbound.take_in(&self.near, now, &mut buffer);
            self.inbound.take_in(&self.far, now, &mut buffer);
            self.outbound.hand_out(&self.far, now);
            self.inbound.hand_out(&self.near, now);
        }
    }

    fn sleep(&self) -> rustix::io::Result<Wake> {
        let timeout = self.time_left();
        let mut watched = [
            PollFd::new(&self.stopped, PollFlags::IN),
            PollFd::new(&self.near, PollFlags::IN),
            PollFd::new(&self.far, PollFlags::IN),
        ];
        match poll(&mut watched, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
        let ended = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
        let over = watched
            .iter()
            .any(|watched| watched.revents().intersects(ended));
        Ok(if over { Wake::Stop } else { Wake::Forward })
    }

    /// The time until the next packet is due in either direction; `None` while both are idle.
    fn time_left(&self) -> Option<Timespec> {
        let due = [self.outbound.lane.next_due(), self.inbound.lane.next_due()];
        let next = due.into_iter().flatten().min()?;
        let left = next.saturating_duration_since(Instant::now());
        // A time that does not fit is at least an hour; waking early does no harm.
        Some(Timespec::try_from(left).unwrap_or(Timespec {
            tv_sec: 3600,
            tv_nsec: 0,
        }))
    }
}

enum Wake {
    Forward,
    Stop,
}

impl LinkDirection {
    pub(super) fn new(path: Path, seed: u64, counter: &Arc<PacketCounter>) -> LinkDirection {
        LinkDirection {
            lane: Lane::new(path, seed),
            counter: Arc::clone(counter),
        }
    }

    /// Reads the packets that the device sends, up to a batch.
    fn take_in(&mut self, from: &Tun, now: Instant, buffer: &mut [u8]) {
        for _ in 0..BATCH {
            // A device that is down gives an error too; poll reports it if it stays down.
            let Ok(length) = from.recv(buffer) else {
                return;
            };
            let kept = buffer
                .get(..length)
                .is_some_and(|packet| self.lane.accept(packet, now));
            if !kept {
                self.counter.dropped.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Writes every packet that is due to the device at the other end.
    fn hand_out(&mut self, to: &Tun, now: Instant) {
        while let Some(packet) = self.lane.arrived(now) {
            let count = match to.send(&packet) {
                Ok(_) => &self.counter.passed,
                Err(_) => &self.counter.dropped,
            };
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}
