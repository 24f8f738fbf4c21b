//! An endless stream of bytes in which every byte depends on its position.
//!
//! A reader can detect at once whether a byte was lost, duplicated or changed, and only needs to remember its position.

/// A position in the stream with this number; different numbers are different streams.
#[derive(Clone, Debug)]
pub struct Pattern {
    number: u64,
    place: u64,
}

impl Pattern {
    /// The start of the stream with this number.
    pub const fn new(number: u64) -> Self {
        Self { number, place: 0 }
    }

    /// The position.
    pub const fn place(&self) -> u64 {
        self.place
    }

    /// Writes the next bytes.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        self.walk(bytes.iter_mut(), |byte, next| *byte = next);
    }

    /// Whether these are the next bytes.
    #[must_use = "bytes that differ are a failed test"]
    pub fn matches(&mut self, bytes: &[u8]) -> bool {
        let mut same = true;
        self.walk(bytes.iter(), |byte, next| same &= *byte == next);
        same
    }

    fn walk<B>(&mut self, bytes: impl Iterator<Item = B>, mut each: impl FnMut(B, u8)) {
        let mut word = self.word();
        for byte in bytes {
            let [next, ..] = (word >> (8 * (self.place % 8))).to_le_bytes();
            each(byte, next);
            self.place += 1;
            if self.place.is_multiple_of(8) {
                word = self.word();
            }
        }
    }

    /// The eight bytes around this position, by splitmix64 (Steele, Lea and Flood, 2014).
    fn word(&self) -> u64 {
        let index = self.number.wrapping_shl(40).wrapping_add(self.place / 8);
        let mut word = index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_do_not_matter_and_changes_show() {
        let mut bytes = [0; 1000];
        Pattern::new(3).fill(&mut bytes);
        let mut reader = Pattern::new(3);
        assert!(bytes.chunks(7).all(|piece| reader.matches(piece)));
        assert_eq!(reader.place(), 1000);
        bytes[500] ^= 1;
        assert!(!Pattern::new(3).matches(&bytes));
        assert!(!Pattern::new(4).matches(&bytes[..8]));
    }
}
