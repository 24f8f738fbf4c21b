//! A policy stays the same when it is written and parsed again.
#![no_main]

use flash_policy::write::{Layout, flash};
use flash_policy::{Profile, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(policy) = parse(bytes, Profile::Socket).policy else {
        return;
    };
    for layout in [Layout::Compact, Layout::Pretty] {
        let text = flash(&policy, layout);
        if text.len() <= flash_policy::document::LARGEST {
            assert_eq!(
                parse(text.as_bytes(), Profile::Socket).policy.as_ref(),
                Some(&policy)
            );
        }
    }
});
