//! How much memory the library allocates for bytes that a stranger sends, and for a file.

#![cfg(test)]

use allocation_counter::{AllocationInfo, measure};
use flash_policy::accept::{AcceptConfig, Completion, Operation, ServerSide};
use flash_policy::parse::LARGEST;
use flash_policy::{Moment, Profile, REQUEST, Recognition, Recognizer, parse};

/// Prints what was measured, for `cargo xtask prove`.
fn report(text: &str) {
    println!("figure R5: {text}");
}

/// First bytes of every kind, each longer than it takes to recognize them.
const OPENINGS: [&[u8]; 7] = [
    REQUEST,
    b"<policy-file-request />\r\n",
    b"<policy-file-requests>",
    b"GET / HTTP/1.1\r\n",
    b"VERSION-CONTROL http://a.test/",
    b"\x16\x03\x01\x02\x00\x01",
    b"LOGIN name\n",
];

/// A connection that sends these bytes in pieces of this length, until it is recognized.
fn recognize(bytes: &[u8], length: usize) -> Recognition {
    let mut recognizer = Recognizer::new();
    let mut pieces = bytes.chunks(length);
    loop {
        let verdict = recognizer.feed(pieces.next().expect("the kind is known by now"));
        if verdict != Recognition::NeedMore {
            return verdict;
        }
    }
}

/// The same on the server's side of a connection, with its buffer and its deadlines.
fn accept(config: &AcceptConfig, bytes: &[u8], length: usize) {
    let mut side = ServerSide::new(config, Moment::ZERO);
    for piece in bytes.chunks(length) {
        let Operation::Read { .. } = side.poll(Moment::ZERO) else {
            return;
        };
        side.room()[..piece.len()].copy_from_slice(piece);
        side.handle(Completion::Read(piece.len()), Moment::ZERO);
    }
    assert!(!matches!(side.poll(Moment::ZERO), Operation::Read { .. }));
}

#[test]
fn recognizing_allocates_nothing() {
    let config = AcceptConfig::without_reply();
    for bytes in OPENINGS {
        for length in 1..=bytes.len() {
            let recognizing = measure(|| {
                recognize(bytes, length);
            });
            assert_eq!(recognizing, AllocationInfo::default(), "{bytes:?}");
            let accepting = measure(|| accept(&config, bytes, length));
            assert_eq!(accepting, AllocationInfo::default(), "{bytes:?}");
        }
    }
    // The counter counts.
    assert_eq!(measure(|| drop(vec![0_u8])).count_total, 1);
    report(&format!(
        "{} kinds of first bytes in pieces of every length: 0 allocations until they are recognized",
        OPENINGS.len()
    ));
}

/// Parts of files, each of which costs the parser as much as possible for its length.
const PARTS: [&str; 22] = [
    "<a>",
    "<a/>",
    "<a b=''/>",
    "<a b='' c='' d='' e='' f=''/>",
    "</a>",
    "<a ",
    "a='' ",
    "<",
    "&",
    "&amp;",
    "]]>",
    "<!---->a",
    "<?a?>",
    "<!DOCTYPE a ",
    "\r\n",
    "\0",
    "1,",
    "1-2,4-5,",
    "<site-control/>",
    "<allow-access-from/>",
    "<allow-access-from domain='a.b'/>",
    "<allow-http-request-headers-from domain='a' headers='b,c,d,e'/>",
];

/// What comes before the parts: nothing, a root element, or an attribute that they are in.
const STARTS: [&str; 4] = [
    "",
    "<cross-domain-policy>",
    "<cross-domain-policy><allow-access-from domain='a' to-ports='",
    "<cross-domain-policy><allow-http-request-headers-from domain='a' headers='",
];

/// A file of this length.
fn file(start: &str, part: &str, end: &str, length: usize) -> Vec<u8> {
    let parts = (length - start.len() - end.len()) / part.len();
    [start, &part.repeat(parts), end].concat().into_bytes()
}

/// The largest amount of memory that was in use at a time while a file is read.
fn most(file: &[u8]) -> u64 {
    let profiles = [Profile::Socket, Profile::Url];
    let most = profiles.map(|profile| measure(|| drop(parse(file, profile))).bytes_max);
    most[0].max(most[1])
}

/// The largest file that is read costs 3 MiB, whatever it contains. A larger one is not read.
#[test]
fn the_largest_file() {
    const MOST: u64 = 3 * 1024 * 1024;
    let mut worst = (0, "", "");
    for start in STARTS {
        for part in PARTS {
            for end in ["", "</cross-domain-policy>", "'/></cross-domain-policy>"] {
                let used = most(&file(start, part, end, LARGEST));
                assert!(used <= MOST, "{used} bytes for {start}{part}…{end}");
                worst = worst.max((used, start, part));
            }
        }
    }
    assert!(most(&file("", "a", "", LARGEST + 1)) < 1024);
    let (used, start, part) = worst;
    report(&format!(
        "the most expensive file of 64 KiB, `{start}{part}…`: {used} bytes at a time"
    ));
}

/// A policy costs 20 times its size at most. Its rules are kept with the location of every part.
#[test]
fn a_policy() {
    let rules = [
        "<allow-access-from domain='*' to-ports='*'/>",
        "<allow-access-from domain='www.example.com' to-ports='9339,9400-9410'/>\n",
        "<allow-access-from domain='a' to-ports='1,3,5,7,9'/>",
    ];
    let mut worst = 0;
    for rule in rules {
        for length in [4096, LARGEST] {
            let end = "</cross-domain-policy>";
            let file = file("<cross-domain-policy>", rule, end, length);
            assert!(parse(&file, Profile::Socket).is_faultless(), "{rule}");
            worst = worst.max(most(&file).div_ceil(file.len() as u64));
        }
    }
    assert!(worst <= 20, "{worst} times its size");
    report(&format!(
        "a policy of rules: {worst} times its size at a time"
    ));
}
