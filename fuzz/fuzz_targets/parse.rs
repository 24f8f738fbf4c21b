//! Parsing terminates for all bytes, and every location is in the file.
#![no_main]

use flash_policy::{Profile, Span, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for profile in [Profile::Socket, Profile::Url] {
        let parsed = parse(bytes, profile);
        assert!(parsed.policy.is_some() || !parsed.is_faultless());
        let places = parsed.places;
        let rules = places.rules.iter().chain(&places.ignored);
        let rules = rules.flat_map(|rule| {
            let values = [rule.to_ports, rule.secure].into_iter().flatten();
            [rule.tag, rule.element, rule.domain]
                .into_iter()
                .chain(values)
        });
        for span in rules.chain(places.root).chain(places.site_control) {
            check(span, bytes);
        }
    }
});

fn check(span: Span, bytes: &[u8]) {
    assert!(bytes.get(span.start..span.end).is_some(), "{span:?}");
}
