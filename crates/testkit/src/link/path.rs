//! What a path does to packets: which ones are lost, how much the others are delayed, and in what order they leave.
//!
//! Time and randomness are inputs, so the same seed and the same arrivals always give the same departures. Nothing here
//! may read a clock or a device.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

/// Packets in flight in one direction; beyond this the path drops packets, as a full router would.
const MAX_IN_FLIGHT: usize = 20_000;

/// How one direction of a link treats its packets; the default is a perfect wire.
#[derive(Clone, Copy, Debug, Default)]
pub struct Path {
    /// The delay of every packet.
    pub delay: Duration,
    /// Each packet takes up to this much more or less, so that packets overtake each other.
    pub jitter: Duration,
    /// The probability that a packet is dropped, from 0 to 1.
    pub loss: f64,
    /// The probability that a packet is held back by `late_by`, from 0 to 1.
    pub late: f64,
    /// The extra delay of a late packet.
    pub late_by: Duration,
}

impl Path {
    /// The delay of the next packet, or `None` if it is lost.
    fn travel_time(&self, dice: &mut Dice) -> Option<Duration> {
        // Always three random numbers, so that one setting does not affect the others.
        let (lost, shift, late) = (dice.throw(), dice.throw(), dice.throw());
        if lost < self.loss {
            return None;
        }
        let late_by = if late < self.late {
            self.late_by
        } else {
            Duration::ZERO
        };
        let shifted = self.delay + self.jitter.mul_f64(2.0 * shift);
        Some(shifted.saturating_sub(self.jitter) + late_by)
    }
}

/// One direction of a link: the packets in flight, ordered by when they are due.
#[derive(Debug)]
pub(super) struct Lane {
    path: Path,
    dice: Dice,
    // The serial number keeps packets that are due at the same time in order of arrival.
    in_flight: BinaryHeap<Reverse<(Instant, u64, Vec<u8>)>>,
    serial: u64,
}

impl Lane {
    pub(super) fn new(path: Path, seed: u64) -> Lane {
        Lane {
            path,
            dice: Dice { state: seed },
            in_flight: BinaryHeap::new(),
            serial: 0,
        }
    }

    /// Takes a packet that arrived at `now`; `false` means that the path lost it.
    pub(super) fn accept(&mut self, packet: &[u8], now: Instant) -> bool {
        let Some(travel_time) = self.path.travel_time(&mut self.dice) else {
            return false;
        };
        if self.in_flight.len() >= MAX_IN_FLIGHT {
            return false;
        }
        self.serial += 1;
        self.in_flight
            .push(Reverse((now + travel_time, self.serial, packet.to_vec())));
        true
    }

    /// Returns the next packet that has reached the end of the path by `now`.
    pub(super) fn arrived(&mut self, now: Instant) -> Option<Vec<u8>> {
        if self.next_due()? > now {
            return None;
        }
        self.in_flight.pop().map(|Reverse((_, _, packet))| packet)
    }

    /// When the next packet reaches the end of the path.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.in_flight.peek().map(|Reverse((due, _, _))| *due)
    }
}

/// The splitmix64 generator (Steele, Lea and Flood, OOPSLA 2014): small, seedable, good enough.
#[derive(Debug)]
struct Dice {
    state: u64,
}

impl Dice {
    /// A number from 0 up to, but not including, 1.
    fn throw(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let [a, b, c, d, ..] = (mixed ^ (mixed >> 31)).to_le_bytes();
        f64::from(u32::from_le_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// Sends `count` numbered packets at one instant and returns (delay, number) as they leave.
    fn departures(path: Path, count: u32) -> Vec<(Duration, u32)> {
        let start = Instant::now();
        let mut lane = Lane::new(path, 2048);
        for number in 0..count {
            lane.accept(&number.to_le_bytes(), start);
        }
        let mut left = Vec::new();
        while let Some(due) = lane.next_due() {
            let just_before = due.checked_sub(Duration::from_nanos(1)).unwrap();
            assert!(lane.arrived(just_before).is_none());
            let packet = lane.arrived(due).unwrap();
            left.push((due - start, u32::from_le_bytes(packet.try_into().unwrap())));
        }
        left
    }

    #[test]
    fn a_fixed_delay_keeps_the_order() {
        let left = departures(
            Path {
                delay: 20 * MS,
                ..Path::default()
            },
            1000,
        );
        let expected: Vec<_> = (0..1000).map(|number| (20 * MS, number)).collect();
        assert_eq!(left, expected);
    }

    #[test]
    fn jitter_stays_in_its_band_and_reorders() {
        let path = Path {
            delay: 20 * MS,
            jitter: 10 * MS,
            ..Path::default()
        };
        let left = departures(path, 1000);
        assert_eq!(left.len(), 1000);
        assert!(
            left.iter()
                .all(|(delay, _)| (10 * MS..30 * MS).contains(delay))
        );
        assert!(left.windows(2).any(|pair| pair[0].1 > pair[1].1));
    }

    #[test]
    fn loss_and_lateness_take_their_share() {
        let path = Path {
            loss: 0.03,
            late: 0.05,
            late_by: 2 * MS,
            ..Path::default()
        };
        let left = departures(path, 10_000);
        assert!((9_600..9_800).contains(&left.len()), "{} left", left.len());
        let late = left.iter().filter(|(delay, _)| *delay == 2 * MS).count();
        assert!((400..570).contains(&late), "{late} late");
    }

    #[test]
    fn the_same_seed_repeats_itself() {
        let path = Path {
            jitter: 10 * MS,
            delay: 20 * MS,
            loss: 0.5,
            ..Path::default()
        };
        assert_eq!(departures(path, 100), departures(path, 100));
    }
}
