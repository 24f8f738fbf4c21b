//! Whatever the bytes, reading them ends, and every place in a finding is a place in the file.
#![no_main]

use flash_policy::{Diagnostic, Profile, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for profile in [Profile::Socket, Profile::Url] {
        let parsed = parse(bytes, profile);
        assert!(parsed.policy.is_some() || parsed.has_errors());
        parsed
            .findings
            .iter()
            .for_each(|finding| check(finding, bytes));
    }
});

fn check(finding: &Diagnostic, bytes: &[u8]) {
    for label in finding.label.iter().chain(&finding.secondary) {
        assert!(
            bytes.get(label.span.start..label.span.end).is_some(),
            "{finding:?}"
        );
    }
}
