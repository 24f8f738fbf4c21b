//! Connections by age and by network, so that room can be taken from the network that uses the most.
//!
//! The size is bounded: there are as many members as connections, and a fixed number of cells. Joining, leaving and
//! choosing take at most logarithmic time. Choosing also takes one pass over the cells.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;

/// The number of cells. Networks share cells by a hash with a secret key.
const CELLS: usize = 1024;

/// A cell with more than one in `SHARE` of the total is crowded, and is the first to be evicted from.
const SHARE: usize = 16;

/// The bits of a key that hold the number. Enough for 89 years with 100,000 new members per second.
const NUMBER_BITS: u32 = 48;

/// The key of a member: its cell, and its number, which increases with each new member. In one number, because ten
/// thousand connections may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MemberKey(u64);

impl MemberKey {
    pub(super) fn new(cell: u16, number: u64) -> Self {
        Self(u64::from(cell) << NUMBER_BITS | number)
    }

    fn cell(self) -> usize {
        usize::try_from(self.0 >> NUMBER_BITS).unwrap_or_default()
    }

    fn age(self) -> MemberAge {
        MemberAge(self.0.rotate_right(NUMBER_BITS))
    }
}

/// A key in the order of the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct MemberAge(u64);

impl MemberAge {
    fn key(self) -> MemberKey {
        MemberKey(self.0.rotate_left(NUMBER_BITS))
    }
}

/// Members with a weight each.
#[derive(Debug)]
pub(super) struct Crowd<M> {
    members: BTreeMap<MemberKey, (u32, M)>,
    ages: BTreeSet<MemberAge>,
    weights: Box<[usize]>,
    total: usize,
}

impl<M> Crowd<M> {
    pub(super) fn new() -> Self {
        Self {
            members: BTreeMap::new(),
            ages: BTreeSet::new(),
            weights: vec![0; CELLS].into_boxed_slice(),
            total: 0,
        }
    }

    pub(super) fn total(&self) -> usize {
        self.total
    }

    pub(super) fn get_mut(&mut self, key: MemberKey) -> Option<&mut M> {
        self.members.get_mut(&key).map(|(_, member)| member)
    }

    /// The weight of a member, or 0 without one.
    pub(super) fn weight(&self, key: MemberKey) -> u32 {
        self.members.get(&key).map_or(0, |(weight, _)| *weight)
    }

    /// Adds a member. An existing one gets the new weight.
    pub(super) fn put(&mut self, key: MemberKey, weight: u32, member: M) {
        self.remove(key);
        self.members.insert(key, (weight, member));
        self.ages.insert(key.age());
        self.total += size(weight);
        if let Some(cell) = self.weights.get_mut(key.cell()) {
            *cell += size(weight);
        }
    }

    pub(super) fn remove(&mut self, key: MemberKey) -> Option<M> {
        let (weight, member) = self.members.remove(&key)?;
        self.ages.remove(&key.age());
        self.total -= size(weight);
        if let Some(cell) = self.weights.get_mut(key.cell()) {
            *cell -= size(weight);
        }
        Some(member)
    }

    /// Whether a member's cell crowds the others out.
    pub(super) fn crowds(&self, key: MemberKey) -> bool {
        let weight = self.weights.get(key.cell());
        weight.is_some_and(|weight| weight.saturating_mul(SHARE) > self.total)
    }

    /// The member to evict first: the oldest of the heaviest cell if that is crowded, otherwise the oldest of all.
    pub(super) fn first_to_go(&self) -> Option<MemberKey> {
        let weights = self.weights.iter().copied().zip(0_u16..);
        let (weight, cell) = weights.max()?;
        if weight.saturating_mul(SHARE) > self.total {
            let first = MemberKey::new(cell, 0);
            return self.members.range(first..).next().map(|(key, _)| *key);
        }
        self.ages.first().map(|age| age.key())
    }
}

fn size(weight: u32) -> usize {
    usize::try_from(weight).unwrap_or(usize::MAX)
}

/// Maps an address to the cell of its network. A network is a /24 or a /48, which is what one site gets.
#[derive(Debug, Default)]
pub(super) struct Cells(RandomState);

impl Cells {
    pub(super) fn of(&self, address: Option<IpAddr>) -> u16 {
        let network = address.map(|address| match address.to_canonical() {
            IpAddr::V4(address) => (4, u128::from(address.to_bits() >> 8)),
            IpAddr::V6(address) => (6, address.to_bits() >> 80),
        });
        let cells = u64::try_from(CELLS).unwrap_or(1);
        u16::try_from(self.0.hash_one(network) % cells).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(cell: u16, number: u64) -> MemberKey {
        MemberKey::new(cell, number)
    }

    /// Removes all members, and returns the order in which they are chosen.
    fn order(mut crowd: Crowd<()>) -> Vec<u64> {
        let mut order = Vec::new();
        while let Some(key) = crowd.first_to_go() {
            crowd.remove(key);
            order.push(key.0 & ((1 << NUMBER_BITS) - 1));
        }
        assert_eq!(crowd.total(), 0);
        order
    }

    #[test]
    fn the_oldest_goes_where_nobody_crowds() {
        let mut crowd = Crowd::new();
        for number in 0..40 {
            let cell = u16::try_from(number % 20).unwrap();
            crowd.put(key(cell, 40 - number), 1, ());
        }
        assert_eq!(order(crowd).first(), Some(&1));
    }

    #[test]
    fn a_crowd_goes_first() {
        let mut crowd = Crowd::new();
        for number in 0..20 {
            crowd.put(key(u16::try_from(number).unwrap(), number), 1, ());
        }
        for number in 100..105 {
            crowd.put(key(500, number), 1, ());
        }
        // Only until the cell is no longer crowded.
        assert_eq!(order(crowd)[..5], [100, 101, 102, 103, 0]);
    }

    #[test]
    fn weights() {
        let mut crowd = Crowd::new();
        for number in 0..20 {
            crowd.put(key(u16::try_from(number).unwrap(), number), 100, ());
        }
        crowd.put(key(3, 3), 900, ());
        assert_eq!(crowd.total(), 2_800);
        assert_eq!(crowd.first_to_go(), Some(key(3, 3)));
        crowd.put(key(3, 3), 100, ());
        assert_eq!(crowd.first_to_go(), Some(key(0, 0)));
    }

    #[test]
    fn networks() {
        let cells = Cells::default();
        let of = |address: &str| cells.of(Some(address.parse().unwrap()));
        assert_eq!(of("192.0.2.1"), of("192.0.2.200"));
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.9"));
        assert_eq!(of("2001:db8:1:1::1"), of("2001:db8:1:ffff::2"));
        assert!((0..64).any(|net| of("192.0.2.1") != of(&format!("192.0.{net}.1"))));
    }
}
