//! Hosts, origins, domains and lists of ports can be parsed again from how they are displayed, and then match the same.
#![no_main]

use flash_policy::{DomainPattern, Host, Origin, Port, PortSet};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(host) = text.parse::<Host>() {
        assert_eq!(host.to_string().parse(), Ok(host));
    }
    if let Ok(ports) = text.parse::<PortSet>() {
        let again: PortSet = ports.to_string().parse().expect("a displayed value parses");
        for port in
            [1, 80, 843, 1023, 1024, 9339, 65_535].map(|port| Port::new(port).expect("a port"))
        {
            assert_eq!(again.contains(port), ports.contains(port));
        }
    }
    // The first line is a pattern, the second a movie's URL.
    let (pattern, address) = text.split_once('\n').unwrap_or((text, text));
    let Ok(origin) = address.parse::<Origin>() else {
        return;
    };
    assert_eq!(origin.to_string().parse(), Ok(origin.clone()));
    let Ok(pattern) = pattern.parse::<DomainPattern>() else {
        return;
    };
    let again: DomainPattern = pattern
        .to_string()
        .parse()
        .expect("a displayed value parses");
    assert_eq!(again.matches(&origin), pattern.matches(&origin));
});
