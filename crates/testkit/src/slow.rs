//! Clients that send their requests as slowly as possible: one byte at a time, and never the whole request.
//!
//! Their bytes are spread evenly over time, because a burst would hide what the clients cost others.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use socket2::{Domain, Socket, Type};

use crate::load::REQUEST;

/// Each client sends one byte in this time.
const PACE: Duration = Duration::from_secs(1);
/// The number of groups of clients. The groups send one after the other, evenly within [`PACE`].
const SHARES: usize = 1_000;

/// A crowd of slow clients.
#[derive(Debug)]
pub struct SlowClients {
    clients: Vec<Socket>,
    since: Instant,
}

impl SlowClients {
    /// Connects them all, from these addresses in turn. Each sends its first byte.
    pub fn connect(target: SocketAddr, sources: &[Ipv4Addr], count: usize) -> Result<Self> {
        let mut clients = Vec::with_capacity(count);
        let mut since = Instant::now();
        for source in sources.iter().cycle().take(count) {
            let client =
                Socket::new(Domain::IPV4, Type::STREAM, None).context("can't create a socket")?;
            since = Instant::now();
            client.bind(&SocketAddrV4::new(*source, 0).into())?;
            client
                .connect(&target.into())
                .with_context(|| format!("can't connect from {source} to {target}"))?;
            client.set_nonblocking(true)?;
            clients.push(client);
        }
        let crowd = Self { clients, since };
        crowd.send(0, 0..count);
        Ok(crowd)
    }

    /// The time since the last of them connected.
    pub fn age(&self) -> Duration {
        self.since.elapsed()
    }

    /// Sends a byte per second on each connection, until `end` is set or the request would be complete.
    pub fn drip(&self, end: &AtomicBool) {
        let start = Instant::now();
        let share = self.clients.len().div_ceil(SHARES).max(1);
        let turns =
            (1..REQUEST.len() - 2).flat_map(|byte| (0..SHARES).map(move |turn| (byte, turn)));
        for (passed, (byte, turn)) in turns.enumerate() {
            if end.load(Ordering::Acquire) {
                return;
            }
            self.send(byte, turn * share..(turn + 1) * share);
            let due = PACE.mul_f64(f64::from(u32::try_from(passed).unwrap_or(u32::MAX)) / 1e3);
            thread::sleep(due.saturating_sub(start.elapsed()));
        }
    }

    /// Sends the nth byte on some connections, ignoring those that the server has closed.
    fn send(&self, nth: usize, which: std::ops::Range<usize>) {
        let byte = REQUEST.get(nth..=nth).unwrap_or_default();
        for client in self.clients.iter().take(which.end).skip(which.start) {
            let _ = client.send(byte);
        }
    }
}
