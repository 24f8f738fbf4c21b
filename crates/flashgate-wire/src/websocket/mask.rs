//! Masks. Clients mask every frame, so that proxies don't mistake it for a protocol that they know.

/// The number of bytes that are unmasked at once.
const WORD: usize = 8;

/// Removes the mask. Its first byte belongs to the first byte here.
pub(super) fn unmask(bytes: &mut [u8], mask: [u8; 4]) {
    let [a, b, c, d] = mask;
    let word = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let flip = |part: &mut [u8; WORD]| *part = (u64::from_ne_bytes(*part) ^ word).to_ne_bytes();
    let (words, rest) = bytes.as_chunks_mut();
    // Unrolled by hand, because the compiler optimizes for size.
    let (blocks, words) = words.as_chunks_mut();
    for [a, b, c, d, e, f, g, h] in blocks {
        flip(a);
        flip(b);
        flip(c);
        flip(d);
        flip(e);
        flip(f);
        flip(g);
        flip(h);
    }
    words.iter_mut().for_each(flip);
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
