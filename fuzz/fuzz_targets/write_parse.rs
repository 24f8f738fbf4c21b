//! A policy stays the same when it is written and parsed again, and a Silverlight policy when it becomes Flash's.
#![no_main]

use flash_policy::write::{Layout, WriteError, flash, silverlight, silverlight_url, url};
use flash_policy::{Policy, Profile, Scheme, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let parsed = |profile| parse(bytes, profile).policy;
    for layout in [Layout::Compact, Layout::Pretty] {
        if let Some(policy) = parsed(Profile::Socket) {
            same(&policy, flash(&policy, layout), Profile::Socket);
            if let Ok(text) = silverlight(&policy, layout) {
                silverlight_is_valid(&text);
            }
        }
        if let Some(policy) = parsed(Profile::Url) {
            same(&policy, url(&policy, layout), Profile::Url);
            for served in [Scheme::Http, Scheme::Https] {
                if let Ok(text) = silverlight_url(&policy, &Policy::new(), served, layout) {
                    silverlight_is_valid(&text);
                }
            }
        }
    }
    if let Some(access) = flash_policy::silverlight::parse(bytes).policy {
        if let Ok(policy) = access.to_flash() {
            same(&policy, flash(&policy, Layout::Compact), Profile::Socket);
        }
    }
});

/// The text is the same policy, or the policy is too large.
fn same(policy: &Policy, text: Result<String, WriteError>, profile: Profile) {
    match text {
        Ok(text) => assert_eq!(
            parse(text.as_bytes(), profile).policy.as_ref(),
            Some(policy)
        ),
        Err(error) => assert!(matches!(error, WriteError::TooLarge { .. }), "{error}"),
    }
}

fn silverlight_is_valid(text: &str) {
    assert!(
        flash_policy::silverlight::parse(text.as_bytes()).is_faultless(),
        "{text}"
    );
}
