//! A grant is what a rule says, read the plain way.
#![no_main]

use flash_policy::{Grant, Movie, Origin, Port, Profile, Secure, grants, parse};
use flash_policy::Scheme;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, u16, bool, &str, &[u8])| {
    let (port, from, https, host, bytes) = input;
    let Some(policy) = parse(bytes, Profile::Socket).policy else { return };
    let (Ok(port), Ok(from)) = (Port::new(port.into()), Port::new(from.into())) else { return };
    let scheme = if https { "https" } else { "http" };
    let Ok(origin) = format!("{scheme}://{host}/a.swf").parse::<Origin>() else { return };
    let plain = policy.rules.iter().position(|rule| {
        rule.domain.matches(&origin)
            && rule.ports.contains(port)
            && (from.get() < 1024 || port.get() >= 1024)
            && (rule.secure == Secure::Any || origin.scheme == Scheme::Https)
    });
    let granted = match grants(&policy, from, &Movie::Remote(origin), port) {
        Grant::Allowed { rule } => Some(rule),
        Grant::Refused(_) => None,
    };
    assert_eq!(granted, plain);
});
