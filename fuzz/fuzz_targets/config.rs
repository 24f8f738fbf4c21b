//! Reading a config ends for all bytes, every finding can be shown, and a comment changes nothing.
#![no_main]

use flashgate_config::config::mistakes;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    // What is in a file that a config names is not part of the input. Here, such a file is missing.
    if has(bytes, b"file") && bytes.contains(&b'/') {
        return Corpus::Reject;
    }
    let found = mistakes(bytes);
    let shown = found.to_string();
    assert_eq!(found.any_error(), !found.messages().is_empty(), "{shown}");
    let commented = mistakes(&[bytes, b"\n# a comment"].concat());
    if std::str::from_utf8(bytes).is_ok() && !bytes.contains(&b'\'') && !bytes.contains(&b'"') {
        assert_eq!(found.any_error(), commented.any_error(), "{shown}");
    }
    Corpus::Keep
});

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
