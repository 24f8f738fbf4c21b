//! The recognizer: what counts as a request. No split changes that.

#![cfg(test)]

use flash_policy::{REQUEST, Recognition, Recognizer};

#[track_caller]
fn check(input: &[u8], expected: Recognition) {
    let mut whole = Recognizer::new();
    assert_eq!(whole.feed(input), expected, "{input:?} at once");
    let mut bytewise = Recognizer::new();
    for byte in input {
        bytewise.feed(&[*byte]);
    }
    assert_eq!(bytewise.verdict(), expected, "{input:?} byte by byte");
    assert_eq!(whole.length(), bytewise.length(), "{input:?}");
    assert_eq!(
        whole.is_bare_request(),
        bytewise.is_bare_request(),
        "{input:?}"
    );
}

#[test]
fn requests() {
    check(b"<policy-file-request/>\0", Recognition::Policy);
    check(b"<policy-file-request/>\n", Recognition::Policy);
    check(b"<policy-file-request/>\r\n", Recognition::Policy);
    check(b"<policy-file-request />\0", Recognition::Policy);
    check(b"<policy-file-request />\r\n", Recognition::Policy);
    check(b"<policy-file-request/>\0LOGIN", Recognition::Policy);
}

#[test]
fn other_spellings_are_no_requests() {
    for input in [
        &b" <policy-file-request/>\0"[..],
        b"\0<policy-file-request/>\0",
        b"<Policy-file-request/>\0",
        b"<POLICY-FILE-REQUEST/>\0",
        b"<policy-file-request  />\0",
        b"<policy-file-request\t/>\0",
        b"<policy-file-request>\0",
        b"<policy-file-request/ >\0",
        b"<policy-file-request/> \0",
        b"<policy-file-request/>\r\0",
        b"<policy-file-request/>\r\r\n",
        b"<policy-file-request/x",
        b"<policy-file-requests/>\0",
        b"<cross-domain-request/>\0",
        b"<msg t='sys'><body action='verChk' r='0'>",
    ] {
        check(input, Recognition::Other);
    }
}

#[test]
fn other_protocols() {
    check(b"\x16\x03\x01", Recognition::Tls);
    for input in [
        &b"GET /crossdomain.xml HTTP/1.1\r\n"[..],
        b"HEAD / HTTP/1.0\r\n",
        b"POST /",
        b"PUT /",
        b"PATCH /",
        b"DELETE /",
        b"TRACE /",
        b"OPTIONS * HTTP/1.1",
        b"PRI * HTTP/2.0",
        b"PROPFIND / HTTP/1.1",
        b"REPORT /",
        b"MKCOL /",
        b"LOCK /",
        b"UNLOCK /",
        b"VERSION-CONTROL /",
        b"UPDATE /",
        b"UPDATEREDIRECTREF /",
        b"QUERY /",
        b"PURGE /",
        b"GET http://example.com/",
        b"GET HTTPS://example.com/",
    ] {
        check(input, Recognition::Http);
    }
    for input in [
        &b"LOGIN"[..],
        b"\x80",
        b"get /",
        b"GET  /",
        b"GET inventory",
        b"GET httpx",
        b"GET httpss://example.com/",
        b"CONNECT\n",
        b"CONNECT /",
        b"LOCKS /",
        b"LOGIN /",
        b"PRO /",
        b"UPDATED /",
        b"MOVE left",
        b"GETS /",
        b"POT",
    ] {
        check(input, Recognition::Other);
    }
}

/// A word is distinguished from every method at the first byte that differs from all of them.
#[test]
fn methods_end_where_they_differ() {
    for (word, length) in [
        (&b"LOGIN"[..], 3),
        (b"PASS", 3),
        (b"USER", 2),
        (b"NICK", 1),
        (b"MSG", 2),
        (b"UPDATER-", 8),
        (b"OPTIONSX", 8),
    ] {
        let mut recognizer = Recognizer::new();
        assert_eq!(recognizer.feed(word), Recognition::Other, "{word:?}");
        assert_eq!(recognizer.length(), length, "{word:?}");
    }
}

/// Every proper prefix of a request is undecided. Only the one without its terminator is a bare request.
#[test]
fn prefixes_wait() {
    for request in [&REQUEST[..], b"<policy-file-request />\r\n"] {
        for length in 0..request.len() {
            let prefix = &request[..length];
            check(prefix, Recognition::NeedMore);
            let mut recognizer = Recognizer::new();
            recognizer.feed(prefix);
            assert_eq!(
                recognizer.is_bare_request(),
                prefix.contains(&b'>'),
                "{prefix:?}"
            );
        }
    }
    check(b"", Recognition::NeedMore);
    check(b"OPTIONS ", Recognition::NeedMore);
    check(b"GET http", Recognition::NeedMore);
    check(b"UPDATEREDIRECTREF", Recognition::NeedMore);
}

/// The verdict is reached at the first byte that differs. Later bytes are neither needed nor read.
#[test]
fn decides_at_the_first_differing_byte() {
    for request in [&REQUEST[..], b"<policy-file-request />\r\n"] {
        for at in 0..request.len() {
            let mut input = request.to_vec();
            input[at] ^= 0x40;
            let mut recognizer = Recognizer::new();
            let verdict = recognizer.feed(&input[..=at]);
            assert_eq!(verdict, Recognition::Other, "byte {at} of {request:?}");
            assert_eq!(recognizer.length(), at + 1);
        }
    }
}

/// A server that serves no HTTP may give up waiting for the rest of these.
#[test]
fn what_may_be_http() {
    for (bytes, may_be) in [
        (&b""[..], false),
        (b"<policy-file", false),
        (b"MO", true),
        (b"GET ", true),
        (b"GET htt", true),
        (b"GET /", false),
        (b"LOGIN", false),
    ] {
        let mut recognizer = Recognizer::new();
        recognizer.feed(bytes);
        assert_eq!(recognizer.may_be_http(), may_be, "{bytes:?}");
    }
}

#[test]
fn a_verdict_stands() {
    let mut recognizer = Recognizer::new();
    recognizer.feed(b"x");
    assert_eq!(recognizer.feed(REQUEST), Recognition::Other);
    assert_eq!(recognizer.length(), 1);
}

/// All 4,194,304 ways to split the 23 bytes: bit n of the mask is a split after byte n.
#[test]
fn every_way_to_cut_the_request() {
    for cuts in 0_u32..1 << (REQUEST.len() - 1) {
        let mut recognizer = Recognizer::new();
        let mut start = 0;
        let mut left = cuts;
        while left != 0 {
            let end = left.trailing_zeros() as usize + 1;
            assert_eq!(
                recognizer.feed(&REQUEST[start..end]),
                Recognition::NeedMore,
                "cuts {cuts:#b}"
            );
            start = end;
            left &= left - 1;
        }
        assert_eq!(
            recognizer.feed(&REQUEST[start..]),
            Recognition::Policy,
            "cuts {cuts:#b}"
        );
    }
    // `cargo xtask prove` looks for this line.
    println!("figure R4: {} ways, one verdict", 1 << (REQUEST.len() - 1));
}

/// Bytes that were intended as a request get a slip; a game's own messages do not.
#[test]
fn slips() {
    use flash_policy::near_request::{Slip, slip};
    const TAG: &str = "<policy-file-request/>";
    let utf16: Vec<u8> = TAG.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16_be: Vec<u8> = TAG.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let cases: &[(&[u8], Slip)] = &[
        (br"<policy-file-request/>\0", Slip::EscapedTerminator),
        (br"<policy-file-request/>\x00", Slip::EscapedTerminator),
        (br"<policy-file-request/>\u0000", Slip::EscapedTerminator),
        (br"<policy-file-request/>\n", Slip::EscapedTerminator),
        (b"<policy-file-request/>%00", Slip::EscapedTerminator),
        (b"<policy-file-request/>&#0;", Slip::EscapedTerminator),
        (b"<policy-file-request/>^@", Slip::EscapedTerminator),
        (b"<policy-file-request/>0", Slip::EscapedTerminator),
        (b"<policy-file-request/>\xc0\x80", Slip::EscapedTerminator),
        (b"<policy-file-request/> \0", Slip::BytesBeforeNul),
        (b"<policy-file-request/>\r\0", Slip::BytesBeforeNul),
        (b"<policy-file-request/>;\0", Slip::BytesBeforeNul),
        (b"<POLICY-FILE-REQUEST/>\0", Slip::Capitals),
        (b"<Policy-File-Request/>\0", Slip::Capitals),
        (b"\xef\xbb\xbf<policy-file-request/>\0", Slip::ByteOrderMark),
        (&utf16, Slip::WideCharacters),
        (&utf16_be, Slip::WideCharacters),
        (&[b"\xff\xfe", &utf16[..]].concat(), Slip::WideCharacters),
        (b"\"<policy-file-request/>\"\0", Slip::Quotes),
        (b"'<policy-file-request/>\\0'", Slip::Quotes),
        (b"b'<policy-file-request/>\\x00'", Slip::Quotes),
        (
            b"\xe2\x80\x9c<policy-file-request/>\xe2\x80\x9d\0",
            Slip::Quotes,
        ),
        (b"<policy-file-request/>\"\0", Slip::Quotes),
        (b"-e <policy-file-request/>\0", Slip::EchoOption),
        (b" <policy-file-request/>\0", Slip::LeadingWhitespace),
        (b"\r\n<policy-file-request/>\0", Slip::LeadingWhitespace),
        (b"\0<policy-file-request/>\0", Slip::LeadingWhitespace),
        (b"\x17<policy-file-request/>\0", Slip::LengthPrefix),
        (b"\0\x16<policy-file-request/>", Slip::LengthPrefix),
        (b"\x17\0\0\0<policy-file-request/>\0", Slip::LengthPrefix),
        (b"\x16<policy-file-request/>", Slip::LengthPrefix),
        (
            b"<?xml version=\"1.0\"?><policy-file-request/>\0",
            Slip::XmlDeclaration,
        ),
        (b"&lt;policy-file-request/&gt;\0", Slip::EscapedTag),
        (b"%3Cpolicy-file-request%2F%3E%00", Slip::EscapedTag),
        (b"<policy-file-request>\0", Slip::Tag),
        (b"<policy-file-request></policy-file-request>\0", Slip::Tag),
        (b"<policy-file-request  />\0", Slip::Tag),
        (b"<policy-file-request\t/>\0", Slip::Tag),
        (b"<policy-file-request/ >\0", Slip::Tag),
        (b"<policy-file-request", Slip::Tag),
        (b"<policy_file_request/>\0", Slip::Tag),
        (b"<policy-file-reqest/>\0", Slip::Tag),
        (b"<policy-request/>\0", Slip::Tag),
        (b"policy-file-request\0", Slip::Tag),
        (b"</policy-file-request>\0", Slip::Tag),
    ];
    for (bytes, expected) in cases {
        let shown = String::from_utf8_lossy(bytes);
        assert_eq!(slip(bytes), Some(*expected), "{shown}");
        assert!(!expected.help().is_empty());
        assert_ne!(
            Recognizer::new().feed(bytes),
            Recognition::Policy,
            "{shown}"
        );
    }
    for bytes in [
        &b""[..],
        b"<policy-file-request/>\0",
        b"<policy-file-request/>\0login",
        b"<policy-file-request />\0",
        b"<policy-file-request/>\n",
        b"<policy-file-request/>\r\n",
        b"<policy-file-request/>",
        b"<policy-fi",
        b"<msg t='sys'><body action='verChk'/></msg>\0",
        b"<policy>\0",
        b"<police/>\0",
        b"<cross-domain-policy/>\0",
        b"LOGIN police request\n",
        b"GET /policy-file HTTP/1.1\r\n",
        b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03policy-file-request",
        b"PROXY TCP4 192.0.2.9 192.0.2.1 1 2\r\n<policy-file-request/>\0",
        &[0; 64],
        &[b'<'; 64],
    ] {
        assert_eq!(slip(bytes), None, "{}", String::from_utf8_lossy(bytes));
    }
}

/// Any bytes, complete or cut, are handled safely, and an exact request never gets a slip.
#[test]
fn slips_of_cut_bytes() {
    let text = b"\xef\xbb\xbf\"-e <?xml?>&lt;<policy-file-request/>\\0\0";
    for from in 0..text.len() {
        for to in from..=text.len() {
            let _ = flash_policy::near_request::slip(&text[from..to]);
        }
    }
}
