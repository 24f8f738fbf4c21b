//! What one address may have: so many connections at a time, so many new ones a second.
//!
//! An address is an IPv4 address, or the /64 of an IPv6 one, which is what a single subscriber gets. Both counts live
//! in memory that no stranger can make grow: open connections are at most as many as there are permits, and the rates
//! share a table of fixed size. Time is an argument.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Instant;

use flashgate_config::snapshot::{Limits, Network};

/// At 8 bytes each the table is 256 KiB, and only what is used of it takes memory.
const CELLS: usize = 32_768;

/// Whose connections are counted together.
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

/// Why a connection is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OverLimit {
    /// The address has too many connections open.
    Open,
    /// The address makes new ones too fast.
    Rate,
    /// Too many connections of the address are passed on.
    Relays,
    /// Too many connections are passed on, whoever's.
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

    /// Who has too many, as a client is told.
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

    /// Other limits; what is open stays counted, and so does how fast each address was: otherwise a reload would give
    /// everybody another burst.
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

    /// Whether an address may have one more connection now, and whose it is; nobody's, if the address is exempt.
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

    /// A connection of this address stays open.
    pub(super) fn opened(&mut self, subscriber: Subscriber) {
        *self.open.entry(subscriber).or_insert(0) += 1;
    }

    /// An open connection of this address is passed on, if it may be.
    pub(super) fn relayed(&mut self, subscriber: Subscriber) -> Result<(), OverLimit> {
        let relays = self.relays.entry(subscriber).or_insert(0);
        if self.most_relays.is_some_and(|most| *relays >= most.get()) {
            return Err(OverLimit::Relays);
        }
        *relays += 1;
        self.closed(subscriber);
        Ok(())
    }

    /// A connection that was passed on has ended.
    pub(super) fn relay_ended(&mut self, subscriber: Subscriber) {
        one_less(&mut self.relays, subscriber);
    }

    /// A connection of this address has ended.
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

/// New connections a second, by the generic cell rate algorithm: a burst of a second's worth, then evenly.
///
/// Addresses share cells by a hash that nobody outside can compute. Each has two; it is over the rate only when both
/// say so, so that a greedy address takes a quiet one along only if they meet twice.
#[derive(Debug)]
struct Rate {
    /// Nanoseconds between two connections.
    interval: u64,
    start: Instant,
    /// For each cell, when it will have caught up, in nanoseconds since `start`.
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

    /// The same addresses at another rate. When a cell will have caught up stays as it is, because a burst is a second
    /// at every rate.
    fn at(self, per_second: NonZeroU32) -> Self {
        Self {
            interval: SECOND / u64::from(per_second.get()),
            ..self
        }
    }

    fn admit(&mut self, subscriber: Subscriber, now: Instant) -> bool {
        let now = now.saturating_duration_since(self.start).as_nanos();
        // 584 years; after that every address is as good as new.
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
            "nothing is kept of those who have gone"
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

    /// A reload gives nobody another burst, and its limits hold at once.
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
        assert_eq!(admitted(&mut counts, 500), 1000, "no limit any more");
    }

    /// A thousand greedy addresses take hardly any quiet one along.
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
