//! The checksum of version 2 (RFC 9260, appendix A), bit by bit: headers are short, and few have a checksum.

/// Castagnoli's polynomial, with its bits reversed.
const POLYNOMIAL: u32 = 0x82f6_3b78;

/// The number of bytes of a checksum.
const SIZE: usize = 4;

/// The checksum of bytes that contain the checksum itself at offset `at`, where they count as zeros.
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

    /// Only the checksum itself counts as zeros, not what follows it.
    #[test]
    fn the_checksum_is_left_out() {
        let bytes = b"1234....56789 and more";
        let zeroed = b"1234\0\0\0\x0056789 and more";
        assert_eq!(super::without(bytes, 4), super::without(zeroed, 100));
    }
}
