//! Headers as in the specification.

mod beside_ppp;

use std::net::SocketAddr;

use super::{
    Addresses, LONGEST, ProxyHeader, ProxyReader, ProxyRefusal, ProxyVerdict, ProxyVersion, begins,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    From(SocketAddr, SocketAddr),
    Nothing,
    Refused(ProxyRefusal),
    Unfinished,
}

/// The result for all bytes at once. It must be the same however the bytes are cut.
#[track_caller]
fn read(bytes: &[u8]) -> (Said, usize) {
    let at_once = ProxyReader::default().judge(bytes);
    let mut reader = ProxyReader::default();
    for end in 0..=bytes.len() {
        let verdict = reader.judge(&bytes[..end]);
        match (verdict, at_once) {
            (ProxyVerdict::NeedMore { at_least }, ProxyVerdict::Header(header)) => {
                assert!(
                    end < at_least && at_least <= header.length,
                    "{end} {at_least}"
                );
            }
            (ProxyVerdict::NeedMore { at_least }, _) => assert!(at_least <= LONGEST),
            (verdict, at_once) => {
                assert_eq!(verdict, at_once, "after {end} of {bytes:?}");
                break;
            }
        }
    }
    match at_once {
        ProxyVerdict::NeedMore { .. } => (Said::Unfinished, 0),
        ProxyVerdict::Refused(refusal) => (Said::Refused(refusal), 0),
        ProxyVerdict::Header(ProxyHeader {
            addresses: None,
            length,
        }) => (Said::Nothing, length),
        ProxyVerdict::Header(ProxyHeader {
            addresses:
                Some(Addresses {
                    source,
                    destination,
                }),
            length,
        }) => (Said::From(source, destination), length),
    }
}

/// A header must be read like this, without the bytes after it.
#[track_caller]
fn check(header: &[u8], expected: Said) {
    let (said, length) = read(header);
    assert_eq!(said, expected, "{}", header.escape_ascii());
    if matches!(said, Said::From(..) | Said::Nothing) {
        assert_eq!(length, header.len());
        assert_eq!(
            read(&[header, b"<policy-file-request/>\0"].concat()),
            (said, length)
        );
    }
}

fn said(source: &str, destination: &str) -> Said {
    Said::From(source.parse().unwrap(), destination.parse().unwrap())
}

const REFUSED: fn(ProxyRefusal) -> Said = Said::Refused;

#[test]
fn lines() {
    let line = |line: &str, expected| check(line.as_bytes(), expected);
    let from = said("192.0.2.1:56324", "198.51.100.1:843");
    line("PROXY TCP4 192.0.2.1 198.51.100.1 56324 843\r\n", from);
    line(
        "PROXY TCP6 2001:db8::1 ::1 0 65535\r\n",
        said("[2001:db8::1]:0", "[::1]:65535"),
    );
    line("PROXY UNKNOWN\r\n", Said::Nothing);
    line("PROXY UNKNOWN what ever \0 it says\r\n", Said::Nothing);
    check(b"PROXY UNKNOWN \xff\xfe\r\n", Said::Nothing);
    let longest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    line(
        &format!("PROXY UNKNOWN {longest} {longest} 65535 65535\r\n"),
        Said::Nothing,
    );
    line("PROXY TCP4 192.0.2.1", Said::Unfinished);
    for wrong in [
        "TCP4  192.0.2.1 198.51.100.1 56324 843",
        "TCP4 192.0.2.1 198.51.100.1 56324 843 ",
        "TCP4 192.0.2.1 198.51.100.1 56324",
        "TCP4 192.0.2.1 198.51.100.1 56324 0843",
        "TCP4 192.0.2.1 198.51.100.1 +56324 843",
        "TCP4 192.0.2.1 198.51.100.1 56324 65536",
        "TCP4 192.0.2.01 198.51.100.1 56324 843",
        "TCP4 ::1 ::1 56324 843",
        "TCP4",
        "TCP4 ",
        "TCP6 192.0.2.1 198.51.100.1 56324 843",
        "TCP6 fe80::1%eth0 ::1 1 2",
        "UNKNOWNS",
        "UDP4",
        "",
    ] {
        line(
            &format!("PROXY {wrong}\r\n"),
            REFUSED(ProxyRefusal::Malformed),
        );
    }
    for unterminated in ["UNKNOWN\n", "UNKNOWN\rx", "\n", "UNKNOWN\n\r\n"] {
        line(
            &format!("PROXY {unterminated}"),
            REFUSED(ProxyRefusal::Unterminated),
        );
    }
    line(
        &format!("PROXY UNKNOWN{}\r\n", " ".repeat(107 - 15)),
        Said::Nothing,
    );
    line(
        &format!("PROXY UNKNOWN{}\r\n", " ".repeat(107 - 14)),
        REFUSED(ProxyRefusal::Unterminated),
    );
    for other in [
        "<policy-file-request/>\0",
        "PROXYS",
        "proxy ",
        "GET / HTTP/1.1\r\n",
        "\r\n\r\nx",
    ] {
        line(other, REFUSED(ProxyRefusal::NoHeader));
    }
}

/// Version 2: command, family, and the bytes after the length.
fn binary(command: u8, family: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    [super::v2::SIGNATURE, &[command, family], &length, body].concat()
}

const PAIR: [u8; 12] = [192, 0, 2, 1, 198, 51, 100, 1, 0xdc, 0x04, 3, 75];

#[test]
fn binaries() {
    let from = said("192.0.2.1:56324", "198.51.100.1:843");
    check(&binary(0x21, 0x11, &PAIR), from);
    check(
        &binary(
            0x21,
            0x11,
            &[&PAIR[..], &[4, 0, 2, 9, 9, 0xee, 0, 0]].concat(),
        ),
        from,
    );
    for (command, family, body) in [
        (0x20, 0x00, &[][..]),
        (0x20, 0x11, &[]),
        (0x20, 0xff, &[1, 2, 3]),
        (0x21, 0x00, &[1, 2]),
        (0x21, 0x12, &PAIR),
        (0x21, 0x10, &PAIR),
        (0x21, 0x31, &[b'/'; 216]),
    ] {
        check(&binary(command, family, body), Said::Nothing);
    }
    for (command, family, body, refusal) in [
        (0x22, 0x11, &PAIR[..], ProxyRefusal::UnknownCommand),
        (0x11, 0x11, &PAIR, ProxyRefusal::UnknownCommand),
        (0x21, 0x41, &PAIR, ProxyRefusal::UnknownFamily),
        (0x21, 0x13, &PAIR, ProxyRefusal::UnknownFamily),
        (0x21, 0x21, &PAIR, ProxyRefusal::TooShort),
        (0x21, 0x11, &PAIR[..11], ProxyRefusal::TooShort),
    ] {
        check(&binary(command, family, body), REFUSED(refusal));
    }
    for cut in [&[4][..], &[4, 0], &[4, 0, 1], &[4, 0, 1, 9, 4]] {
        let header = binary(0x21, 0x11, &[&PAIR[..], cut].concat());
        check(&header, REFUSED(ProxyRefusal::CutExtension));
    }
    let filled = |size| binary(0x20, 0, &vec![0; size - 16]);
    check(&filled(LONGEST), Said::Nothing);
    check(&filled(LONGEST + 1), REFUSED(ProxyRefusal::TooLong));
}

#[test]
fn a_checksum_must_fit() {
    let with = |sum: u32| {
        let sum = sum.to_be_bytes();
        binary(
            0x21,
            0x11,
            &[&PAIR[..], &[3, 0, 4], &sum, &[4, 0, 1, 7]].concat(),
        )
    };
    let sum = super::crc32c::without(&with(0), 31);
    check(&with(sum), said("192.0.2.1:56324", "198.51.100.1:843"));
    for bit in 0..32 {
        check(&with(sum ^ (1 << bit)), REFUSED(ProxyRefusal::Checksum));
    }
    for byte in 16..28 {
        let mut header = with(sum);
        header[byte] ^= 1;
        check(&header, REFUSED(ProxyRefusal::Checksum));
    }
    check(
        &binary(0x21, 0x11, &[&PAIR[..], &[3, 0, 2, 0, 0]].concat()),
        REFUSED(ProxyRefusal::Checksum),
    );
}

#[test]
fn written_headers_are_read_back_in_one_family() {
    for (source, destination, line, read_back) in [
        (
            "1.2.3.4:5",
            "6.7.8.9:10",
            "PROXY TCP4 1.2.3.4 6.7.8.9 5 10\r\n",
            ("1.2.3.4:5", "6.7.8.9:10"),
        ),
        (
            "[::ffff:1.2.3.4]:5",
            "6.7.8.9:10",
            "PROXY TCP4 1.2.3.4 6.7.8.9 5 10\r\n",
            ("1.2.3.4:5", "6.7.8.9:10"),
        ),
        (
            "[2001:db8::1]:5",
            "[::1]:10",
            "PROXY TCP6 2001:db8::1 ::1 5 10\r\n",
            ("[2001:db8::1]:5", "[::1]:10"),
        ),
        (
            "[fe80::1%7]:5",
            "1.2.3.4:10",
            "PROXY TCP6 fe80::1 ::ffff:1.2.3.4 5 10\r\n",
            ("[fe80::1]:5", "[::ffff:1.2.3.4]:10"),
        ),
    ] {
        let addresses = Addresses {
            source: source.parse().unwrap(),
            destination: destination.parse().unwrap(),
        };
        assert_eq!(
            addresses
                .header(ProxyVersion::V1)
                .escape_ascii()
                .to_string(),
            line.escape_default().to_string()
        );
        for version in [ProxyVersion::V1, ProxyVersion::V2] {
            check(&addresses.header(version), said(read_back.0, read_back.1));
        }
    }
}

/// The log says whether a balancer sent the bytes.
#[test]
fn what_begins_like_a_header() {
    for (bytes, is_header) in [
        (&b"PROXY TCP4 192.0.2.1 "[..], true),
        (b"PROXY TCP6 ::1", true),
        (b"PROXY UNKNOWN\r\n", true),
        (b"\r\n\r\n\0\r\nQUIT\n!", true),
        (b"\r\n\r\n\0\r\nQUIT", false),
        (b"PROXY TCP5 ", false),
        (b"PROXY", false),
        (b"<policy-file-request/>\0", false),
        (b"", false),
    ] {
        assert_eq!(begins(bytes), is_header, "{bytes:?}");
    }
}

#[test]
fn a_refusal_says_what_is_wrong() {
    for (bytes, text) in [
        (
            &b"GET / HTTP/1.1\r\n"[..],
            "expected a PROXY header, found other bytes",
        ),
        (
            b"PROXY TCP4 192.0.2.1\n",
            "expected CR LF within the first 107 bytes of the PROXY header",
        ),
        (
            b"PROXY TCP4 a b 1 2\r\n",
            "expected \"PROXY TCP4|TCP6 SOURCE DESTINATION PORT PORT\" or \"PROXY UNKNOWN\", found another line",
        ),
        (
            b"\r\n\r\n\0\r\nQUIT\n\x31\x11\0\0",
            "expected the command LOCAL or PROXY of version 2, found another",
        ),
    ] {
        let ProxyVerdict::Refused(refusal) = ProxyReader::default().judge(bytes) else {
            panic!("{bytes:?}")
        };
        assert_eq!(refusal.to_string(), text);
    }
}

/// 4 KiB are the most, header and all.
#[test]
fn the_longest_of_version_2() {
    let begun = |rest: u16| [&b"\r\n\r\n\0\r\nQUIT\n\x20\0"[..], &rest.to_be_bytes()].concat();
    let longest = ProxyReader::default().judge(&begun(4096 - 16));
    assert_eq!(longest, ProxyVerdict::NeedMore { at_least: 4096 });
    let longer = ProxyReader::default().judge(&begun(4096 - 15));
    assert_eq!(longer, ProxyVerdict::Refused(ProxyRefusal::TooLong));
}
