//! What is well-formed stays so with a comment or a space behind it, and is not with anything else there. Faults are in
//! the file, in order, and limited in number.
#![no_main]

use flash_policy::lint::{Options, PolicyKind, lint_with};
use flash_policy::{Port, Profile, Serving, parse};
use libfuzzer_sys::fuzz_target;

/// What may follow a document.
const KEEP: [&[u8]; 5] = [b" ", b"\r\n", b"<!---->", b"<!-- a -->", b"<?a b?>"];

/// What may not.
const BREAK: [&[u8]; 11] = [
    b"<",
    b">",
    b"a",
    b"&",
    b"&amp;",
    b"<a/>",
    b"</a>",
    b"<!--",
    b"<!DOCTYPE a>",
    b"<![CDATA[]]>",
    b"<?xml version='1.0'?>",
];

fuzz_target!(|bytes: &[u8]| {
    // The text ends at a NUL, and UTF-16 has other spaces.
    if bytes.contains(&0) || std::str::from_utf8(bytes).is_err() {
        return;
    }
    let well_formed = is_well_formed(bytes, b"");
    // One of each, because each costs as much as all the rest.
    let number = bytes.len();
    let same = KEEP[number % KEEP.len()];
    assert!(!well_formed || is_well_formed(bytes, same), "{same:?}");
    let other = BREAK[number % BREAK.len()];
    assert!(!(well_formed && is_well_formed(bytes, other)), "{other:?}");
    let options = Options::new(Serving::from_port(Port::MASTER)).kind(PolicyKind::Socket);
    let report = lint_with(bytes, &options);
    assert!(well_formed || report.has_errors());
    assert!(report.findings.len() < 100_000);
});

fn is_well_formed(bytes: &[u8], more: &[u8]) -> bool {
    parse(&[bytes, more].concat(), Profile::Socket).is_well_formed()
}
