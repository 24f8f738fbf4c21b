//! The verdict on a PROXY header does not depend on how it arrives, and the addresses that we write can be read again.
#![no_main]

use flashgate_wire::proxy_header::{Addresses, LONGEST, ProxyReader, ProxyVerdict, ProxyVersion};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let whole = ProxyReader::default().judge(bytes);
    assert_eq!(in_steps(bytes), whole);
    let ProxyVerdict::Header(header) = whole else {
        return;
    };
    assert!(header.length <= bytes.len());
    // The bytes after a header do not matter.
    assert_eq!(ProxyReader::default().judge(&bytes[..header.length]), whole);
    if let Some(addresses) = header.addresses {
        for version in [ProxyVersion::V1, ProxyVersion::V2] {
            comes_back(addresses, version);
        }
    }
});

/// Byte by byte, as a connection may deliver it.
fn in_steps(bytes: &[u8]) -> ProxyVerdict {
    let mut reader = ProxyReader::default();
    let mut last = reader.judge(&[]);
    for end in 1..=bytes.len() {
        if let ProxyVerdict::NeedMore { at_least } = last {
            assert!(at_least <= LONGEST);
            // It requests no more bytes than it needs.
            last = reader.judge(&bytes[..end]);
            assert!(
                end >= at_least
                    || matches!(
                        last,
                        ProxyVerdict::NeedMore { .. } | ProxyVerdict::Refused(_)
                    )
            );
        }
    }
    last
}

fn comes_back(addresses: Addresses, version: ProxyVersion) {
    let bytes = addresses.header(version);
    let ProxyVerdict::Header(again) = ProxyReader::default().judge(&bytes) else {
        panic!("{addresses:?}")
    };
    assert_eq!(again.length, bytes.len());
    let (found, sent) = (
        again
            .addresses
            .expect("a header that we wrote has addresses"),
        addresses,
    );
    for (found, sent) in [
        (found.source, sent.source),
        (found.destination, sent.destination),
    ] {
        assert_eq!(found.port(), sent.port());
        assert_eq!(found.ip().to_canonical(), sent.ip().to_canonical());
    }
}
