//! Linting terminates for all bytes and options, and every location is in the file, between characters.
#![no_main]

use flash_policy::lint::{Options, PolicyKind, PolicyReader, lint_with, rule};
use flash_policy::{Port, Serving};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = std::str::from_utf8(bytes).ok();
    let inside = |at: usize| at <= bytes.len() && text.is_none_or(|text| text.is_char_boundary(at));
    let ports = [843, 5000].map(|port| Serving::from_port(Port::new(port).unwrap()));
    let clients = [
        PolicyReader::Unity,
        PolicyReader::Silverlight,
        PolicyReader::Lightspark,
    ];
    for (kind, serving) in [
        (PolicyKind::Socket, ports[0]),
        (PolicyKind::Url, ports[1]),
        (PolicyKind::Silverlight, ports[0]),
        (PolicyKind::detect(bytes, None), ports[1]),
    ] {
        let options = Options::new(serving).kind(kind).clients(&clients);
        let options = options.used_ports("9339,9400-9410".parse().unwrap());
        for finding in lint_with(bytes, &options).findings {
            assert!(rule(finding.rule).is_some(), "{finding:?}");
            for label in finding.label.iter().chain(&finding.secondary) {
                assert!(label.span.start <= label.span.end, "{finding:?}");
                assert!(
                    inside(label.span.start) && inside(label.span.end),
                    "{finding:?}"
                );
            }
        }
    }
});
