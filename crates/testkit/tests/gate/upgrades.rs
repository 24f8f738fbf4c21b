//! A request for an upgrade is checked or refused, however it is written: none of it reaches `http-backend` unchecked.

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::StreamEnd;
use testkit::scale::short_or_long;

use super::{LIMIT, Running, config, goes_on, start};

/// A request for a WebSocket from a page that the policy does not allow.
const HEAD: &str = "GET / HTTP/1.1\r\nHost: a.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: http://evil.test\r\n\r\n";

/// The request with one part replaced.
fn with(from: &str, to: &str) -> String {
    assert!(HEAD.contains(from), "{from}");
    HEAD.replacen(from, to, 1)
}

/// Every form, and its status.
fn refused() -> Vec<(String, u16)> {
    let many = "X: y\r\n".repeat(70);
    let long = "x".repeat(8_100);
    let longer = "x".repeat(9_000);
    let mut forms = vec![
        (HEAD.to_owned(), 403),
        (with("GET / ", &format!("GET /?{long} ")), 431),
        (with("Host: ", &format!("X: {longer}\r\nHost: ")), 431),
        (with("Origin: ", &format!("X: {longer}\r\nOrigin: ")), 431),
        (with("Host: ", &format!("{many}Host: ")), 431),
        (with("Origin: ", &format!("{many}Origin: ")), 431),
    ];
    let changed = [
        ("Host: a.test", "Host: a.test\r\nHost: b.test"),
        ("Host: a.test\r\n", ""),
        ("Host: a.test", "Host: a.test:x"),
        ("Host: a.test", "Host: a.test\r\nContent-Length: 4"),
        ("Host: a.test", "Host: a.test\r\nTransfer-Encoding: chunked"),
        ("Host: a.test\r\n", "Host: a.test\n"),
        ("Upgrade: websocket\r\n", "Upgrade: websocket\n"),
        ("Host: a.test\r\n", "Host: a.test\nX: y\r\n"),
        ("Host: a.test\r\n", "Host: a.test\r"),
        ("Upgrade: websocket", "Upgrade : websocket"),
        ("Upgrade: websocket", "Upgrade\t: websocket"),
        ("Upgrade: websocket", " Upgrade: websocket"),
        ("Upgrade: websocket", "Upgrade:\r\n websocket"),
        ("Upgrade: websocket", "Up\0grade: websocket"),
        ("Upgrade: websocket", "X: y\0Upgrade: websocket"),
        ("Upgrade: websocket", "Upgrade websocket"),
        ("Upgrade: websocket", "(x): y\r\nUpgrade: websocket"),
        ("Upgrade: websocket", "Upgrade: \"websocket\""),
        ("Upgrade: websocket", "Upgrade: websocket/13"),
        ("Upgrade: websocket\r\n", ""),
        ("Connection: Upgrade", "Connection: keep-alive"),
        ("Connection: Upgrade\r\n", ""),
        ("Connection: Upgrade", "Connection: \"Upgrade\""),
        ("GET / ", "GET http://a.test/ "),
        ("GET / ", "GET /\u{e4} "),
        ("GET / ", "GET /a b "),
        ("GET / ", "GET * "),
        ("GET / HTTP/1.1", "GET /"),
        ("GET / ", "\r\nGET / "),
        ("HTTP/1.1", "HTTP/1.0"),
        ("HTTP/1.1", "http/1.1"),
    ];
    forms.extend(changed.map(|(from, to)| (with(from, to), 400)));
    forms.extend([
        (with("HTTP/1.1", "HTTP/2.0"), 505),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), 505),
        (with("GET / ", "PUT / "), 405),
    ]);
    forms.extend(in_one_value().map(|form| (form, 400)));
    forms.extend(parts().map(|form| (form, 400)));
    // With an empty line in front it is not HTTP, and goes to the game.
    forms.retain(|(form, _)| !form.starts_with('\r'));
    forms
}

/// A whole handshake in the value of one field: some servers end a line where no client does.
fn in_one_value() -> [String; 3] {
    ["\u{85}", "\u{2028}", "\u{2029}"].map(|end| {
        let hidden = HEAD.trim_end().split("\r\n").skip(2);
        let hidden = hidden.collect::<Vec<_>>().join(end);
        format!("GET / HTTP/1.1\r\nHost: a.test\r\nCookie: a=b{end}{hidden}{end}X: y\r\n\r\n")
    })
}

/// Less than RFC 6455 requires. Servers of its drafts, and those that get fields as CGI variables, need no more.
fn parts() -> [String; 6] {
    [
        "Upgrade: WebSocket\r\nOrigin: http://evil.test",
        "Upgrade: WebSocket\r\nSec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\nSec-WebSocket-Key2: 12998 5 Y3 1  .P00",
        "Connection: Upgrade\r\nSec-WebSocket-Key1: 4 @1\r\nSec-WebSocket-Key2: 1 2",
        "Connection: Upgrade\r\nSec_WebSocket_Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Connection: Upgrade\r\nSec.WebSocket.Version: 13",
        "Connection: Upgrade\r\nSec-WebSocket-Protocol: chat",
    ]
    .map(|fields| format!("GET / HTTP/1.1\r\nHost: a.test\r\n{fields}\r\n\r\n"))
}

fn gate(web: &TestBackend) -> (TestBackend, Running) {
    let server = TestBackend::start(BackendBehaviour::Record).unwrap();
    let keys = format!("http-backend = \"{}\"", web.address());
    let gate = start(&config(server.address(), &keys, ""));
    (server, gate)
}

/// Cut at every byte, or every few bytes if it is long.
#[test]
fn judged_or_refused() {
    let web = TestBackend::start(BackendBehaviour::Record).unwrap();
    let (_server, gate) = gate(&web);
    for (form, status) in refused() {
        let step = short_or_long(form.len() / 16, form.len() / 500).max(1);
        for cut in (1..form.len()).step_by(step).chain([form.len()]) {
            let (first, second) = form.as_bytes().split_at(cut);
            let mut client = gate.client();
            client.send(first);
            // If the first part was enough, it may already have been refused.
            client.send(second);
            let heard = client.hear();
            let text = String::from_utf8_lossy(&heard.bytes);
            let form = form.get(..300).unwrap_or(&form);
            let expected = format!("HTTP/1.1 {status} ");
            assert!(
                text.starts_with(&expected),
                "{form:?}, cut at {cut}: {text}"
            );
            assert_eq!(
                text.matches("Content-Length: ").count(),
                1,
                "{form:?}: {text}"
            );
        }
    }
    let last = b"GET /last HTTP/1.1\r\nHost: a.test\r\n\r\n";
    let mut client = gate.client();
    client.send(last);
    client.half_close().unwrap();
    assert_eq!(client.hear().end, StreamEnd::Fin);
    let records = web.records_until(last, LIMIT).unwrap();
    let first = records
        .first()
        .map(|record| record.bytes.escape_ascii().to_string());
    assert_eq!(first, None, "{} connections in total", records.len());
}

/// Bytes that even a lenient server cannot read as a request are forwarded unchanged.
#[test]
fn everything_else_goes_on() {
    let web = TestBackend::start(BackendBehaviour::Record).unwrap();
    let (_server, gate) = gate(&web);
    for head in [
        "GET / HTTP/1.1\r\nHost: a.test\r\nUpgrade-Insecure-Requests: 1\r\n\r\n",
        "POST /upgrade HTTP/1.1\r\nHost: a.test\r\nUpgrade-Insecure-Requests: 1\r\nReferer: http://a.test/upgrade\r\n\
         Content-Length: 26\r\n\r\nUpgrade: websocket\r\n\r\n1234",
        "GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\nCookie: upgrade=websocket\r\n\r\n",
        "GET /\u{e4} HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a.test\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AA\r\n\
         Referer: http://a.test/websocket\r\nContent-Length: 2\r\n\r\nok",
        "GET / HTTP/1.1\r\nHost: a.test\r\nCookie: name=gr\u{fc}n; upgrade=websocket\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ] {
        goes_on(&gate, &web, head);
    }
}
