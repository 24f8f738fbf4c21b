//! The checksum of version 2 (RFC 9260, appendix A), bit by bit: a header is short, and few have one.

/// Castagnoli's polynomial, its bits in reverse.
const POLYNOMIAL: u32 = 0x82f6_3b78;

/// How many bytes a checksum has.
const SIZE: usize = 4;

/// The checksum of bytes in which it stands itself, `at` an offset: it counts as zeros there.
pub(super) fn without(bytes: &[u8], at: usize) -> u32 {
    let zeroed = bytes.iter().enumerate().map(|(index, &byte)| {
        if (at..at + SIZE).contains(&index) {
            0
        } else {
            byte
        }
    });
    !zeroed.fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| {
            if sum & 1 == 0 {
                sum >> 1
            } else {
                (sum >> 1) ^ POLYNOMIAL
            }
        })
    })
}

#[cfg(test)]
mod tests {
    /// The check value of the CRC catalogue.
    #[test]
    fn agrees_with_the_catalogue() {
        assert_eq!(super::without(b"123456789", 100), 0xe306_9283);
    }
}
