//! Heads, whole and in pieces: what is answered, what is refused, and that cuts change nothing.

use std::time::{Duration, SystemTime};

use super::*;

/// What is behind the head must not matter to it.
const BEHIND: &[u8] = b"GET /second HTTP/1.1\r\nHost: a.test\r\n\r\n";

/// Feeds pieces until there is a verdict; also how many bytes that took.
fn fed<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Verdict, usize) {
    let (mut reader, mut taken) = (HeadReader::default(), 0);
    for piece in pieces {
        let (verdict, rest) = reader.feed(piece);
        taken += piece.len() - rest.len();
        if verdict != Verdict::NeedMore {
            return (verdict, taken);
        }
    }
    (Verdict::NeedMore, taken)
}

/// Judges a head whole, byte by byte, cut in two everywhere, and with something behind it.
#[track_caller]
fn verdict(head: &[u8]) -> Verdict {
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
    if whole.0 != Verdict::NeedMore {
        assert_eq!(fed([&[head, BEHIND].concat()[..]]), whole);
    }
    whole.0
}

#[track_caller]
fn answered(head: &str, path: &str, host: Option<&str>) {
    let host = host.map(|host| HostField::parse(host.as_bytes()).unwrap());
    let Verdict::Request(request) = verdict(head.as_bytes()) else {
        panic!("expected a request: {head:?}");
    };
    assert_eq!((&*request.path, request.host), (path, host), "{head:?}");
}

#[track_caller]
fn refused(head: impl AsRef<[u8]>, refusal: Refusal) {
    let head = head.as_ref();
    assert_eq!(
        verdict(head),
        Verdict::Refused(refusal),
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
        assert_eq!(verdict(head.as_bytes()), Verdict::NeedMore, "{head:?}");
    }
}

/// What is wrong with a field, after a Host that is right.
#[test]
fn fields() {
    for (field, refusal) in [
        ("Content-Length: 1", Refusal::Body),
        ("Content-Length: 0, 0", Refusal::Body),
        ("Content-Length: +0", Refusal::Body),
        ("Content-Length: -1", Refusal::Body),
        ("Content-Length: 00", Refusal::Body),
        ("Content-Length:", Refusal::Body),
        ("Content-Length: 0\r\nContent-Length: 5", Refusal::Body),
        ("content-length: 99999999999999999999", Refusal::Body),
        ("Transfer-Encoding: chunked", Refusal::Body),
        ("transfer-encoding: identity", Refusal::Body),
        ("Transfer-Encoding:", Refusal::Body),
        ("Transfer-Encoding: \x0bchunked", Refusal::Malformed),
        ("Transfer-Encoding : chunked", Refusal::Malformed),
        ("Transfer-Encoding\t: chunked", Refusal::Malformed),
        (" Transfer-Encoding: chunked", Refusal::Malformed),
        ("X: y\r\n Transfer-Encoding: chunked", Refusal::Malformed),
        ("X: y\r\n\tz", Refusal::Malformed),
        ("X: y\r\n ", Refusal::Malformed),
        ("X: a\0b", Refusal::Malformed),
        ("X: a\x7fb", Refusal::Malformed),
        ("X\0: a", Refusal::Malformed),
        ("X Y: a", Refusal::Malformed),
        ("X(: a", Refusal::Malformed),
        (": a", Refusal::Malformed),
        ("X", Refusal::Malformed),
        ("\u{e4}: a", Refusal::Malformed),
        ("X: a\nTransfer-Encoding: chunked", Refusal::LineEnd),
        ("X: a\rTransfer-Encoding: chunked", Refusal::LineEnd),
        ("X: a\r\r\nY: b", Refusal::LineEnd),
        ("X: a\r\n\nY: b", Refusal::LineEnd),
        ("Host: a.test", Refusal::SeveralHosts),
        ("host: b.test", Refusal::SeveralHosts),
        ("Host:", Refusal::SeveralHosts),
    ] {
        refused(
            format!("GET / HTTP/1.1\r\nHost: a.test\r\n{field}\r\n\r\n"),
            refusal,
        );
        // An HTTP/1.0 client's request is no safer.
        refused(
            format!("HEAD / HTTP/1.0\r\nHost: a.test\r\n{field}\r\n\r\n"),
            refusal,
        );
    }
}

#[test]
fn hosts() {
    refused("GET / HTTP/1.1\r\n\r\n", Refusal::NoHost);
    refused("GET / HTTP/1.1\r\nHosts: a.test\r\n\r\n", Refusal::NoHost);
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
            Refusal::BadHost,
        );
    }
}

#[test]
fn request_lines() {
    for (line, refusal) in [
        ("POST / HTTP/1.1", Refusal::Method(Methods::Reading)),
        ("get / HTTP/1.1", Refusal::Method(Methods::Reading)),
        ("GETS / HTTP/1.1", Refusal::Method(Methods::Reading)),
        (
            "CONNECT a.test:80 HTTP/1.1",
            Refusal::Method(Methods::Reading),
        ),
        ("OPTIONS * HTTP/1.1", Refusal::Method(Methods::Reading)),
        ("PRI * HTTP/2.0", Refusal::Version),
        ("GET / HTTP/1.2", Refusal::Version),
        ("GET / HTTP/0.9", Refusal::Version),
        ("GET / HTTP/1.10", Refusal::Malformed),
        ("GET / http/1.1", Refusal::Malformed),
        ("GET /", Refusal::Malformed),
        ("GET  / HTTP/1.1", Refusal::Malformed),
        ("GET / HTTP/1.1 ", Refusal::Malformed),
        (" GET / HTTP/1.1", Refusal::Malformed),
        ("\r\nGET / HTTP/1.1", Refusal::Malformed),
        ("GET /\x0bHTTP/1.1", Refusal::Malformed),
        ("GET /\0 HTTP/1.1", Refusal::Malformed),
        ("GET /a b HTTP/1.1", Refusal::Malformed),
        ("GET http://a.test/ HTTP/1.1", Refusal::Target),
        ("GET a.test HTTP/1.1", Refusal::Target),
        ("GET * HTTP/1.1", Refusal::Target),
        ("GET /\u{e4} HTTP/1.1", Refusal::Target),
        ("\0", Refusal::Malformed),
        ("\u{16}\u{3}\u{1}", Refusal::Malformed),
        ("<policy-file-request/>", Refusal::Malformed),
    ] {
        refused(format!("{line}\r\nHost: a.test\r\n\r\n"), refusal);
    }
    refused("\r\n\r\n", Refusal::Malformed);
    refused("\n", Refusal::LineEnd);
    refused("GET / HTTP/1.1\nHost: a.test\n\n", Refusal::LineEnd);
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
        (Verdict::Request(_), 8192)
    ));
    let (long, too_large) = (head(8193), (Verdict::Refused(Refusal::TooLarge), 8193));
    assert_eq!(fed([long.as_bytes()]), too_large);
    assert_eq!(fed(long.as_bytes().chunks(1)), too_large);
    assert_eq!(fed(std::iter::repeat_n(&b"x"[..], 9_000)), too_large);
    let many = |count: usize| {
        format!(
            "GET / HTTP/1.1\r\nHost: a.test\r\n{}\r\n",
            "X: y\r\n".repeat(count)
        )
    };
    assert!(matches!(verdict(many(63).as_bytes()), Verdict::Request(_)));
    refused(many(64), Refusal::TooLarge);
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
