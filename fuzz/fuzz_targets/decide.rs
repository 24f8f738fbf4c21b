//! A grant agrees with a straightforward reading of the rules.
#![no_main]

use flash_policy::{Grant, Movie, Origin, Port, Profile, Scheme, Secure, grants, parse};
use libfuzzer_sys::fuzz_target;

const HOSTS: [&str; 8] = [
    "www.example.com",
    "example.com",
    "a.www.example.com",
    "anexample.com",
    "192.0.2.1",
    "[2001:db8::1]",
    "localhost",
    "example.com.",
];

// The first six bytes are the ports and the movie, the rest is the policy.
fuzz_target!(|input: &[u8]| {
    let Some(([a, b, c, d, https, host], bytes)) = input.split_first_chunk() else {
        return;
    };
    let Some(policy) = parse(bytes, Profile::Socket).policy else {
        return;
    };
    let port = |high, low| Port::new(u16::from_be_bytes([high, low]));
    let (Ok(port), Ok(from)) = (port(*a, *b), port(*c, *d)) else {
        return;
    };
    let scheme = if https % 2 == 0 { "http" } else { "https" };
    let host = HOSTS[usize::from(*host) % HOSTS.len()];
    let origin: Origin = format!("{scheme}://{host}/a.swf").parse().unwrap();
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
