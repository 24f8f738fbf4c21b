//! A load generator: fetches a policy many times over and says how every fetch ended.
//!
//! One thread, one epoll, raw sockets: beside a server worth measuring, the generator is the slow part, so it spends
//! as few calls on a fetch as it can. It compares every byte of every reply and tells a clean end of stream from a
//! reset. It must never hide a failure: a fetch that is not exactly right is counted under what went wrong with it.

mod engine;
mod fetch;
mod message;
mod report;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Result, ensure};

use engine::Engine;
pub use report::{Failure, Outcome, Progress, Report};

/// What a Flash client sends: 22 bytes and a NUL.
pub const REQUEST: &[u8; 23] = b"<policy-file-request/>\0";

/// How many addresses [`spread`] names.
const SPREAD: u8 = 32;

/// What to fetch, how often and how.
#[derive(Debug, Clone)]
pub struct Load {
    /// Servers, taken in turn.
    pub targets: Vec<SocketAddr>,
    /// Addresses to connect from, taken in turn; empty leaves the choice to the kernel.
    ///
    /// One address has some 28,000 ports, each of which is out of use for a while whenever the client closes first.
    pub sources: Vec<Ipv4Addr>,
    /// How many fetches in all.
    pub fetches: u64,
    /// How many of them at a time.
    pub in_flight: usize,
    /// What to send first; empty to send nothing and only wait for the end of the stream.
    pub request: Vec<u8>,
    /// How many bytes to send after the request: the request again and again, so that 23 make a second request.
    pub suffix: usize,
    /// Where to cut what is sent into pieces of their own; each a position counted from the first byte.
    pub cuts: Vec<usize>,
    /// Whether to shut down the sending side after the last byte.
    pub half_close: bool,
    /// The reply, to the byte.
    pub expected: Vec<u8>,
    /// How long one fetch may take.
    pub fetch_deadline: Duration,
    /// How long all of it may take; what is not done by then is counted as unfinished.
    pub total_deadline: Duration,
}

impl Load {
    /// A single plain fetch of a policy, whose reply is the policy and one NUL; the rest is set field by field.
    #[must_use]
    pub fn new(target: SocketAddr, policy: &[u8]) -> Self {
        Self {
            targets: vec![target],
            sources: Vec::new(),
            fetches: 1,
            in_flight: 1,
            request: REQUEST.to_vec(),
            suffix: 0,
            cuts: Vec::new(),
            half_close: false,
            expected: [policy, b"\0"].concat(),
            fetch_deadline: Duration::from_secs(30),
            total_deadline: Duration::from_secs(120),
        }
    }
}

/// Fetches, and blocks until everything has ended or the time is up.
pub fn run(load: &Load) -> Result<Report> {
    ensure!(
        !load.targets.is_empty(),
        "expected at least one target, found none"
    );
    ensure!(
        load.in_flight > 0,
        "expected at least one fetch in flight, found 0"
    );
    ensure!(
        load.sources.is_empty() || load.targets.iter().all(SocketAddr::is_ipv4),
        "expected IPv4 targets only, because the sources are IPv4 addresses"
    );
    Engine::new(load)?.run()
}

/// 127.0.1.1 to 127.0.1.32 if the target is on the IPv4 loopback, otherwise nothing: what [`Load::sources`] wants.
#[must_use]
pub fn spread(target: SocketAddr) -> Vec<Ipv4Addr> {
    match target.ip() {
        IpAddr::V4(ip) if ip.is_loopback() => (1..=SPREAD)
            .map(|host| Ipv4Addr::new(127, 0, 1, host))
            .collect(),
        IpAddr::V4(_) | IpAddr::V6(_) => Vec::new(),
    }
}
