//! Limits per address: connections at a time, and new connections per second.
//!
//! An address is an IPv4 address, or the /64 of an IPv6 address, which is what a single subscriber gets. Clients can't
//! make the memory grow: there are at most as many open connections as permits, and the rates share a table of fixed
//! size. Time is an argument.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Instant;

use flashgate_config::snapshot::{Limits, Network};

/// With 8 bytes each, the table has 256 KiB. Only the used part takes memory.
const CELLS: usize = 32_768;

/// The addresses whose connections are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Subscriber {
    V4(u32),
    /// The first 64 bits.
    V6(u64),
}

impl From<IpAddr> for Subscriber {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.to_bits()),
            IpAddr::V6(address) => {
                Self::V6(u64::try_from(address.to_bits() >> 64).unwrap_or_default())
            }
        }
    }
}

/// Why a connection is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OverLimit {
    /// The address has too many open connections.
    Open,
    /// The address opens connections too fast.
    Rate,
    /// The address has too many forwarded connections.
    Relays,
    /// There are too many forwarded connections in all.
    All,
}

impl OverLimit {
    /// The limit's key in the config file.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Open => "per-address",
            Self::Rate => "rate-per-address",
            Self::Relays => "relays-per-address",
            Self::All => "connections",
        }
    }

    /// Who has too many connections, as shown to the client.
    pub(crate) const fn holder(self) -> &'static str {
        match self {
            Self::Open | Self::Rate | Self::Relays => "this address",
            Self::All => "this server",
        }
    }
}

/// The counts of all addresses.
#[derive(Debug)]
pub(super) struct PerAddress {
    exempt: Vec<Network>,
    most_open: Option<NonZeroU32>,
    open: HashMap<Subscriber, u32>,
    most_relays: Option<NonZeroU32>,
    relays: HashMap<Subscriber, u32>,
    rate: Option<Rate>,
}

impl PerAddress {
    /// Counts against these limits.
    pub(super) fn new(limits: &Limits, now: Instant) -> Self {
        let rate = limits.rate_per_address.map(|number| Rate::new(number, now));
        Self {
            exempt: limits.exempt.clone(),
            most_open: limits.per_address,
            open: HashMap::new(),
            most_relays: limits.relays_per_address,
            relays: HashMap::new(),
            rate,
        }
    }

    /// Sets new limits. Open connections and the rate of each address stay counted. Otherwise a reload would give every
    /// address another burst.
    pub(super) fn set_limits(&mut self, limits: &Limits, now: Instant) {
        self.exempt.clone_from(&limits.exempt);
        self.most_open = limits.per_address;
        self.most_relays = limits.relays_per_address;
        let rate = limits.rate_per_address;
        self.rate = rate.map(|per_second| match self.rate.take() {
            Some(rate) => rate.at(per_second),
            None => Rate::new(per_second, now),
        });
    }

    /// Whether an address may open another connection now, and its subscriber; `None` if the address is exempt.
    ///
    /// It counts as an attempt either way.
    pub(super) fn admit(
        &mut self,
        address: IpAddr,
        now: Instant,
    ) -> Result<Option<Subscriber>, OverLimit> {
        if self.exempt.iter().any(|network| network.contains(address)) {
            return Ok(None);
        }
        let subscriber = Subscriber::from(address);
        if self
            .rate
            .as_mut()
            .is_some_and(|rate| !rate.admit(subscriber, now))
        {
            return Err(OverLimit::Rate);
        }
        let open = self.open.get(&subscriber).copied().unwrap_or(0);
        if self.most_open.is_some_and(|most| open >= most.get()) {
            return Err(OverLimit::Open);
        }
        Ok(Some(subscriber))
    }

    /// Counts an open connection.
    pub(super) fn opened(&mut self, subscriber: Subscriber) {
        *self.open.entry(subscriber).or_insert(0) += 1;
    }

    /// Counts an open connection as forwarded, if the limit allows it.
    pub(super) fn relayed(&mut self, subscriber: Subscriber) -> Result<(), OverLimit> {
        let relays = self.relays.entry(subscriber).or_insert(0);
        if self.most_relays.is_some_and(|most| *relays >= most.get()) {
            return Err(OverLimit::Relays);
        }
        *relays += 1;
        self.closed(subscriber);
        Ok(())
    }

    /// Records the end of a forwarded connection.
    pub(super) fn relay_ended(&mut self, subscriber: Subscriber) {
        one_less(&mut self.relays, subscriber);
    }

    /// Records the end of an open connection.
    pub(super) fn closed(&mut self, subscriber: Subscriber) {
        one_less(&mut self.open, subscriber);
    }
}

fn one_less(counts: &mut HashMap<Subscriber, u32>, subscriber: Subscriber) {
    if let Some(count) = counts.get_mut(&subscriber) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&subscriber);
        }
    }
}

/// Limits new connections per second with the generic cell rate algorithm: a burst of one second's worth, then evenly.
///
/// Addresses share cells by hashes with secret keys. Each has two cells, and is over the rate only if both say so. So a
/// greedy address affects another one only if they share both cells.
#[derive(Debug)]
struct Rate {
    /// Nanoseconds between two connections.
    interval: u64,
    start: Instant,
    /// For each cell, the time at which it will have caught up, in nanoseconds since `start`.
    cells: Vec<u64>,
    hashes: [RandomState; 2],
}

/// One second, in nanoseconds.
const SECOND: u64 = 1_000_000_000;

impl Rate {
    fn new(per_second: NonZeroU32, start: Instant) -> Self {
        let interval = SECOND / u64::from(per_second.get());
        Self {
            interval,
            start,
            cells: vec![0; CELLS],
            hashes: [RandomState::new(), RandomState::new()],
        }
    }

    /// Changes the rate, and keeps the cells. Their times stay valid, because a burst is one second at every rate.
    fn at(self, per_second: NonZeroU32) -> Self {
        Self {
            interval: SECOND / u64::from(per_second.get()),
            ..self
        }
    }

    fn admit(&mut self, subscriber: Subscriber, now: Instant) -> bool {
        let now = now.saturating_duration_since(self.start).as_nanos();
        // After 584 years, every address starts over.
        let now = u64::try_from(now).unwrap_or(0);
        let mut admitted = false;
        for hash in &self.hashes {
            let index = usize::try_from(hash.hash_one(subscriber)).unwrap_or(usize::MAX) % CELLS;
            let Some(cell) = self.cells.get_mut(index) else {
                continue;
            };
            let next = (*cell).max(now).saturating_add(self.interval);
            if next <= now.saturating_add(SECOND) {
                *cell = next;
                admitted = true;
            }
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use super::*;
    use flashgate_config::config::defaults;

    fn limits(open: Option<u32>, rate: Option<u32>, now: Instant) -> PerAddress {
        let (per_address, rate_per_address) = (
            open.and_then(NonZeroU32::new),
            rate.and_then(NonZeroU32::new),
        );
        PerAddress::new(
            &Limits {
                per_address,
                rate_per_address,
                ..defaults::limits()
            },
            now,
        )
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_subscriber_is_one_v4_address_or_one_v6_network() {
        let subscriber = |text| Subscriber::from(address(text));
        assert_eq!(subscriber("::ffff:192.0.2.7"), subscriber("192.0.2.7"));
        assert_eq!(subscriber("2001:db8::1"), subscriber("2001:db8::ffff:1"));
        assert_ne!(subscriber("2001:db8::1"), subscriber("2001:db8:0:1::1"));
        assert_ne!(subscriber("192.0.2.7"), subscriber("192.0.2.8"));
    }

    #[test]
    fn open_connections() {
        let now = Instant::now();
        let (greedy, quiet) = (address("192.0.2.7"), address("192.0.2.8"));
        let mut limits = limits(Some(2), None, now);
        let first = limits.admit(greedy, now).unwrap().unwrap();
        limits.opened(first);
        limits.opened(first);
        assert_eq!(limits.admit(greedy, now), Err(OverLimit::Open));
        assert!(limits.admit(quiet, now).is_ok());
        limits.closed(first);
        assert!(limits.admit(greedy, now).is_ok());
        limits.closed(first);
        assert!(
            limits.open.is_empty(),
            "nothing is kept for addresses without connections"
        );
    }

    #[test]
    fn a_burst_and_then_evenly() {
        let start = Instant::now();
        let mut limits = limits(None, Some(50), start);
        let mut admitted = |after, address| {
            let now = start + Duration::from_millis(after);
            (0..1000)
                .filter(|_| limits.admit(address, now).is_ok())
                .count()
        };
        assert_eq!(admitted(0, address("192.0.2.7")), 50);
        assert_eq!(admitted(100, address("192.0.2.7")), 5);
        assert_eq!(admitted(10_000, address("192.0.2.7")), 50);
        assert_eq!(admitted(10_000, address("192.0.2.8")), 50);
        assert_eq!(
            admitted(10_000, address("127.0.0.1")),
            1000,
            "loopback is exempt"
        );
    }

    /// A reload gives no address another burst, and its limits apply at once.
    #[test]
    fn a_reload_keeps_the_rates() {
        let start = Instant::now();
        let mut counts = limits(None, Some(50), start);
        let with = |rate| Limits {
            per_address: None,
            rate_per_address: NonZeroU32::new(rate),
            ..defaults::limits()
        };
        let admitted = |counts: &mut PerAddress, after| {
            let now = start + Duration::from_millis(after);
            let greedy = address("192.0.2.7");
            (0..1000)
                .filter(|_| counts.admit(greedy, now).is_ok())
                .count()
        };
        assert_eq!(admitted(&mut counts, 0), 50);
        counts.set_limits(&with(50), start);
        assert_eq!(admitted(&mut counts, 0), 0, "the burst is used up");
        counts.set_limits(&with(10), start);
        assert_eq!(admitted(&mut counts, 500), 5, "the new rate holds");
        counts.set_limits(&with(0), start);
        assert_eq!(
            admitted(&mut counts, 500),
            1000,
            "there is no limit anymore"
        );
    }

    /// A thousand greedy addresses affect few others.
    #[test]
    fn cells_are_shared_by_few() {
        let now = Instant::now();
        let mut limits = limits(None, Some(10), now);
        let mut admit = |a: u8, host: u16| {
            let [b, c] = host.to_be_bytes();
            limits.admit(Ipv4Addr::new(10, a, b, c).into(), now).is_ok()
        };
        for host in 0..1000 {
            while admit(0, host) {}
        }
        let shut_out = (0..10_000).filter(|host| !admit(1, *host)).count();
        assert!(shut_out < 200, "{shut_out} of 10000");
    }
}
