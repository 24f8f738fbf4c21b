//! Masks: clients put one on every frame, so that what they send looks like nothing that a proxy knows.

/// Eight bytes at a time, and four of those in a row: enough for the compiler to use wide registers.
const WORD: usize = 8;
const BLOCK: usize = 4 * WORD;

/// Takes the mask off; its first byte is for the first byte here.
pub(super) fn unmask(bytes: &mut [u8], mask: [u8; 4]) {
    let [a, b, c, d] = mask;
    let word = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (blocks, rest) = bytes.as_chunks_mut::<BLOCK>();
    for block in blocks {
        for part in block.as_chunks_mut::<WORD>().0 {
            *part = (u64::from_ne_bytes(*part) ^ word).to_ne_bytes();
        }
    }
    for (byte, key) in rest.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_byte_by_byte() {
        let mask = [0xa5, 0, 0xff, 0x31];
        for length in 0..200 {
            let mut bytes: Vec<u8> = (0..length).collect();
            let plain: Vec<u8> = bytes
                .iter()
                .zip(mask.iter().cycle())
                .map(|(a, b)| a ^ b)
                .collect();
            unmask(&mut bytes, mask);
            assert_eq!(bytes, plain);
        }
    }
}
