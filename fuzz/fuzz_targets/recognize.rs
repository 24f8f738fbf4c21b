//! A verdict does not depend on how the input is split.
#![no_main]

use flash_policy::{Recognition, Recognizer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (usize, &[u8])| {
    let (cut, bytes) = input;
    let cut = cut % (bytes.len() + 1);
    assert_eq!(verdict(&[bytes]), verdict(&[&bytes[..cut], &bytes[cut..]]));
    assert_eq!(
        verdict(&[bytes]),
        verdict(&bytes.chunks(1).collect::<Vec<_>>())
    );
});

fn verdict(pieces: &[&[u8]]) -> Recognition {
    let mut recognizer = Recognizer::new();
    let mut last = recognizer.feed(&[]);
    for piece in pieces {
        last = recognizer.feed(piece);
    }
    last
}
