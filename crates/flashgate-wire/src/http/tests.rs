//! Heads, whole and in pieces: which are answered, which are rejected, and that cuts change nothing.

use std::time::{Duration, SystemTime};

use super::*;

/// Bytes after the head must not affect it.
const BEHIND: &[u8] = b"GET /second HTTP/1.1\r\nHost: a.test\r\n\r\n";

/// Feeds pieces until there is a verdict. Also returns the number of bytes taken.
fn fed<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (HeadVerdict, usize) {
    let (mut reader, mut taken) = (HeadReader::default(), 0);
    for piece in pieces {
        let (verdict, rest) = reader.feed(piece);
        taken += piece.len() - rest.len();
        if verdict != HeadVerdict::NeedMore {
            return (verdict, taken);
        }
    }
    (HeadVerdict::NeedMore, taken)
}

/// Checks a head as a whole, byte by byte, cut in two everywhere, and with bytes after it.
#[track_caller]
fn verdict(head: &[u8]) -> HeadVerdict {
    let whole = fed([head]);
    assert_eq!(fed(head.chunks(1)), whole, "{}", head.escape_ascii());
    for cut in 0..head.len() {
        let (first, second) = head.split_at(cut);
        assert_eq!(
            fed([first, second]),
            whole,
            "cut at {cut}: {}",
            head.escape_ascii()
        );
    }
    if whole.0 != HeadVerdict::NeedMore {
        assert_eq!(fed([&[head, BEHIND].concat()[..]]), whole);
    }
    whole.0
}

#[track_caller]
fn answered(head: &str, path: &str, host: Option<&str>) {
    let host = host.map(|host| HostField::parse(host.as_bytes()).unwrap());
    let HeadVerdict::Request(request) = verdict(head.as_bytes()) else {
        panic!("expected a request: {head:?}");
    };
    assert_eq!((&*request.path, request.host), (path, host), "{head:?}");
}

#[track_caller]
fn refused(head: impl AsRef<[u8]>, refusal: HeadRefusal) {
    let head = head.as_ref();
    assert_eq!(
        verdict(head),
        HeadVerdict::Refused(refusal),
        "{}",
        head.escape_ascii()
    );
}

#[test]
fn requests() {
    let host = Some("a.test");
    answered("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n", "/", host);
    answered(
        "HEAD /x?y HTTP/1.1\r\nhOST:a.test  \r\nX: \t\r\n\r\n",
        "/x",
        host,
    );
    answered("GET /a//b/../%00 HTTP/1.0\r\n\r\n", "/a//b/../%00", None);
    answered(
        "GET / HTTP/1.1\r\nHost: [::1]:9\r\nContent-Length: 0\r\n\r\n",
        "/",
        Some("[::1]:9"),
    );
    for head in [
        "",
        "G",
        "GET / HTTP/1.1\r\nHost: a.test\r\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\n\r",
    ] {
        assert_eq!(verdict(head.as_bytes()), HeadVerdict::NeedMore, "{head:?}");
    }
}

/// With any host, the `Host` field may say anything or be missing, but a request can't have two.
#[test]
fn any_host() {
    let verdict = |fields: &str| {
        let head = format!("GET /healthz HTTP/1.1\r\n{fields}\r\n");
        HeadReader::default().for_any_host().feed(head.as_bytes()).0
    };
    for fields in ["", "Host:\r\n", "Host: [fe80::1%25eth0]\r\n"] {
        let HeadVerdict::Request(request) = verdict(fields) else {
            panic!("expected a request: {fields:?}");
        };
        assert_eq!((&*request.path, request.host), ("/healthz", None));
    }
    let HeadVerdict::Request(request) = verdict("Host: a.test:80\r\n") else {
        panic!("expected a request");
    };
    assert_eq!(request.host, HostField::parse(b"a.test:80"));
    let several = HeadVerdict::Refused(HeadRefusal::SeveralHosts);
    assert_eq!(verdict("Host: a.test\r\nHost: a.test\r\n"), several);
}

/// The query is what follows the first question mark, and is not decoded.
#[test]
fn queries() {
    for (target, path, query) in [
        ("/", "/", None),
        ("/x?", "/x", Some("")),
        ("/?token=a%20b&c", "/", Some("token=a%20b&c")),
        ("/?a?b", "/", Some("a?b")),
        ("/%3Fa", "/%3Fa", None),
    ] {
        let head = format!("GET {target} HTTP/1.0\r\n\r\n");
        let HeadVerdict::Request(request) = verdict(head.as_bytes()) else {
            panic!("expected a request: {head:?}");
        };
        assert_eq!((&*request.path, request.query.as_deref()), (path, query));
    }
}

/// Mistakes in a field after a valid Host field.
#[test]
fn fields() {
    for (field, refusal) in [
        ("Content-Length: 1", HeadRefusal::Body),
        ("Content-Length: 0, 0", HeadRefusal::Body),
        ("Content-Length: +0", HeadRefusal::Body),
        ("Content-Length: -1", HeadRefusal::Body),
        ("Content-Length: 00", HeadRefusal::Body),
        ("Content-Length:", HeadRefusal::Body),
        ("Content-Length: 0\r\nContent-Length: 5", HeadRefusal::Body),
        ("content-length: 99999999999999999999", HeadRefusal::Body),
        ("Transfer-Encoding: chunked", HeadRefusal::Body),
        ("transfer-encoding: identity", HeadRefusal::Body),
        ("Transfer-Encoding:", HeadRefusal::Body),
        ("Transfer-Encoding: \x0bchunked", HeadRefusal::Malformed),
        ("Transfer-Encoding : chunked", HeadRefusal::Malformed),
        ("Transfer-Encoding\t: chunked", HeadRefusal::Malformed),
        (" Transfer-Encoding: chunked", HeadRefusal::Malformed),
        (
            "X: y\r\n Transfer-Encoding: chunked",
            HeadRefusal::Malformed,
        ),
        ("X: y\r\n\tz", HeadRefusal::Malformed),
        ("X: y\r\n ", HeadRefusal::Malformed),
        ("X: a\0b", HeadRefusal::Malformed),
        ("X: a\x7fb", HeadRefusal::Malformed),
        ("X\0: a", HeadRefusal::Malformed),
        ("X Y: a", HeadRefusal::Malformed),
        ("X(: a", HeadRefusal::Malformed),
        (": a", HeadRefusal::Malformed),
        ("X", HeadRefusal::Malformed),
        ("\u{e4}: a", HeadRefusal::Malformed),
        ("X: a\nTransfer-Encoding: chunked", HeadRefusal::LineEnd),
        ("X: a\rTransfer-Encoding: chunked", HeadRefusal::LineEnd),
        ("X: a\r\r\nY: b", HeadRefusal::LineEnd),
        ("X: a\r\n\nY: b", HeadRefusal::LineEnd),
        ("Host: a.test", HeadRefusal::SeveralHosts),
        ("host: b.test", HeadRefusal::SeveralHosts),
        ("Host:", HeadRefusal::SeveralHosts),
    ] {
        refused(
            format!("GET / HTTP/1.1\r\nHost: a.test\r\n{field}\r\n\r\n"),
            refusal,
        );
        // A request of an HTTP/1.0 client is not safer.
        refused(
            format!("HEAD / HTTP/1.0\r\nHost: a.test\r\n{field}\r\n\r\n"),
            refusal,
        );
    }
}

#[test]
fn hosts() {
    refused("GET / HTTP/1.1\r\n\r\n", HeadRefusal::NoHost);
    refused(
        "GET / HTTP/1.1\r\nHosts: a.test\r\n\r\n",
        HeadRefusal::NoHost,
    );
    for host in [
        "",
        "a.test, b.test",
        "a b",
        "http://a.test",
        "a.test:x",
        "::1",
        "\u{e4}.test",
        "a.test@b.test",
    ] {
        refused(
            format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"),
            HeadRefusal::BadHost,
        );
    }
}

#[test]
fn request_lines() {
    for (line, refusal) in [
        ("POST / HTTP/1.1", HeadRefusal::Method(Methods::Reading)),
        ("get / HTTP/1.1", HeadRefusal::Method(Methods::Reading)),
        ("GETS / HTTP/1.1", HeadRefusal::Method(Methods::Reading)),
        (
            "CONNECT a.test:80 HTTP/1.1",
            HeadRefusal::Method(Methods::Reading),
        ),
        ("OPTIONS * HTTP/1.1", HeadRefusal::Method(Methods::Reading)),
        ("PRI * HTTP/2.0", HeadRefusal::Version),
        ("GET / HTTP/1.2", HeadRefusal::Version),
        ("GET / HTTP/0.9", HeadRefusal::Version),
        ("GET / HTTP/1.10", HeadRefusal::Malformed),
        ("GET / http/1.1", HeadRefusal::Malformed),
        ("GET /", HeadRefusal::Malformed),
        ("GET  / HTTP/1.1", HeadRefusal::Malformed),
        ("GET / HTTP/1.1 ", HeadRefusal::Malformed),
        (" GET / HTTP/1.1", HeadRefusal::Malformed),
        ("\r\nGET / HTTP/1.1", HeadRefusal::Malformed),
        ("GET /\x0bHTTP/1.1", HeadRefusal::Malformed),
        ("GET /\0 HTTP/1.1", HeadRefusal::Malformed),
        ("GET /a b HTTP/1.1", HeadRefusal::Malformed),
        ("GET http://a.test/ HTTP/1.1", HeadRefusal::Target),
        ("GET a.test HTTP/1.1", HeadRefusal::Target),
        ("GET * HTTP/1.1", HeadRefusal::Target),
        ("GET /\u{e4} HTTP/1.1", HeadRefusal::Target),
        ("\0", HeadRefusal::Malformed),
        ("\u{16}\u{3}\u{1}", HeadRefusal::Malformed),
        ("<policy-file-request/>", HeadRefusal::Malformed),
    ] {
        refused(format!("{line}\r\nHost: a.test\r\n\r\n"), refusal);
    }
    refused("\r\n\r\n", HeadRefusal::Malformed);
    refused("\n", HeadRefusal::LineEnd);
    refused("GET / HTTP/1.1\nHost: a.test\n\n", HeadRefusal::LineEnd);
}

/// The last byte that fits, and the one after it.
#[test]
fn sizes() {
    let head = |length: usize| {
        let frame = "GET / HTTP/1.1\r\nHost: a.test\r\nX: \r\n\r\n".len();
        format!(
            "GET / HTTP/1.1\r\nHost: a.test\r\nX: {}\r\n\r\n",
            "x".repeat(length - frame)
        )
    };
    assert!(matches!(
        fed([head(8192).as_bytes()]),
        (HeadVerdict::Request(_), 8192)
    ));
    let (long, too_large) = (
        head(8193),
        (HeadVerdict::Refused(HeadRefusal::TooLarge), 8193),
    );
    assert_eq!(fed([long.as_bytes()]), too_large);
    assert_eq!(fed(long.as_bytes().chunks(1)), too_large);
    assert_eq!(fed(std::iter::repeat_n(&b"x"[..], 9_000)), too_large);
    let many = |count: usize| {
        format!(
            "GET / HTTP/1.1\r\nHost: a.test\r\n{}\r\n",
            "X: y\r\n".repeat(count)
        )
    };
    assert!(matches!(
        verdict(many(63).as_bytes()),
        HeadVerdict::Request(_)
    ));
    refused(many(64), HeadRefusal::TooLarge);
}

#[test]
fn responses() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    let response = Response::plain(StatusCode::Ok, "body\n").with("X-Y", "z");
    let head = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
                Content-Type: text/plain; charset=utf-8\r\nX-Y: z\r\nContent-Length: 5\r\n\
                Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\
                Cross-Origin-Resource-Policy: same-origin\r\nConnection: close\r\n\r\n";
    assert_eq!(response.bytes(Body::LeftOut, now), head.as_bytes());
    assert_eq!(
        response.bytes(Body::Sent, now),
        format!("{head}body\n").as_bytes()
    );
}
