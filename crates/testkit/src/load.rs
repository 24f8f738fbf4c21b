//! A load generator: fetches a policy many times and reports how every fetch ended.
//!
//! One thread, one epoll, raw sockets. Compared with a fast server the generator is the slow part, so it makes as few
//! system calls per fetch as possible. It compares every byte of every reply, and distinguishes a clean end of stream
//! from a reset. It must never hide a failure: a fetch that is not exactly right is counted under its kind of failure.

mod engine;
mod fetch;
mod message;
mod report;
mod settings;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use anyhow::{Result, ensure};

use engine::Engine;
pub use report::{FetchFailure, FetchOutcome, FetchProgress, LoadReport};
pub use settings::{Load, REQUEST};

/// How many addresses [`spread`] returns.
const SPREAD: u8 = 32;

/// Runs the load, and blocks until all fetches have ended or the time is up.
pub fn run(load: &Load) -> Result<LoadReport> {
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

/// 127.0.1.1 to 127.0.1.32 if the target is an IPv4 loopback address, otherwise nothing. For [`Load::sources`].
pub fn spread(target: SocketAddr) -> Vec<Ipv4Addr> {
    match target.ip() {
        IpAddr::V4(ip) if ip.is_loopback() => (1..=SPREAD)
            .map(|host| Ipv4Addr::new(127, 0, 1, host))
            .collect(),
        IpAddr::V4(_) | IpAddr::V6(_) => Vec::new(),
    }
}
