//! A policy stays the same when it is written and parsed again.
#![no_main]

use flash_policy::write::{Layout, WriteError, flash};
use flash_policy::{Profile, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(policy) = parse(bytes, Profile::Socket).policy else {
        return;
    };
    for layout in [Layout::Compact, Layout::Pretty] {
        match flash(&policy, layout) {
            Ok(text) => assert_eq!(
                parse(text.as_bytes(), Profile::Socket).policy.as_ref(),
                Some(&policy)
            ),
            Err(error) => assert!(matches!(error, WriteError::TooLarge { .. }), "{error}"),
        }
    }
});
