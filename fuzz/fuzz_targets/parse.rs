//! Parsing terminates for all bytes, and every location in a fault is in the file.
#![no_main]

use flash_policy::{Profile, Span, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for profile in [Profile::Socket, Profile::Url] {
        let parsed = parse(bytes, profile);
        assert!(parsed.policy.is_some() || !parsed.is_faultless());
        for fault in &parsed.source.syntax {
            check(fault.span, bytes);
            fault.also.iter().for_each(|span| check(*span, bytes));
        }
    }
});

fn check(span: Span, bytes: &[u8]) {
    assert!(bytes.get(span.start..span.end).is_some(), "{span:?}");
}
