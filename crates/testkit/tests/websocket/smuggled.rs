//! A second request hidden in a good one: by its length, its lines, its names or its first line. These are the
//! published ways to make a proxy and a server disagree about where a request ends, and the ways that one has fixed in
//! the other.

use super::handshake::changed;

/// In place of a field that does not matter.
const FIELDS: [&str; 57] = [
    // A body, for any program that counts it and however it is written.
    "Content-Length: 6\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: 6",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
    "Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding: \"chunked\"",
    "Transfer-Encoding: chunked;ext=1",
    "Transfer-Encoding:chunked",
    "Transfer-Encoding:\tchunked",
    "Transfer-Encoding:",
    "tRANSFER-eNCODING: CHUNKED",
    "Transfer-Encoding: \u{b}chunked",
    "Transfer-Encoding: \u{c}chunked",
    "Transfer-Encoding: chunked\u{b}",
    "Content-Length: +0",
    "Content-Length: -0",
    "Content-Length: 0x0",
    "Content-Length: 00",
    "Content-Length: 0, 0",
    "Content-Length: 0 6",
    "Content-Length: 0;6",
    "Content-Length:",
    "Content-Length: 6\u{b}",
    "Content-Length: 0\r\nContent-Length: 6",
    "Content-Length: 6\r\nContent-Length: 0",
    "Content-Length: 99999999999999999999",
    "Content-Length: 1e0",
    // Names that one program accepts for the field, and another does not.
    "Transfer-Encoding : chunked",
    "Transfer-Encoding\t: chunked",
    "Transfer-Encoding\u{b}: chunked",
    "Transfer-Encoding\0: chunked",
    "Transfer\0-Encoding: chunked",
    "Transfer Encoding: chunked",
    "Content-Length : 6",
    "Content-Length\0: 6",
    "Content\r-Length: 6",
    ": chunked",
    "chunked",
    "(x): y",
    "X[]: y",
    "\u{e4}: y",
    // Lines that continue, or end, for one program and not for another.
    "X: y\r\n Transfer-Encoding: chunked",
    "X: y\r\n\tContent-Length: 6",
    "Transfer-Encoding:\r\n chunked",
    "Transfer-Encoding:\r\n\r\n chunked",
    "X: y\nTransfer-Encoding: chunked",
    "X: y\rTransfer-Encoding: chunked",
    "X: y\n\rTransfer-Encoding: chunked",
    "X: y\r\r\nTransfer-Encoding: chunked",
    "X: y\n\nGET /second HTTP/1.1",
    "X: y\0z",
    "X: y\u{b}z",
    "X: y\u{7f}z",
    // Another host.
    "host: evil.test",
    "Host:\r\n evil.test",
];

/// In place of the host.
const HOSTS: [&str; 9] = [
    "play.test@evil.test",
    "play.test/evil.test",
    "play.test, evil.test",
    "play.test:99999",
    "play.test:+80",
    "play.test\tevil.test",
    "play.test#",
    "[::1",
    "",
];

/// In place of the first line, and the status that it gets.
const LINES: [(&str, u16); 13] = [
    ("GET / HTTP/1.1 ", 400),
    ("GET / HTTP/1.1\t", 400),
    ("GET /\u{b}x HTTP/1.1", 400),
    ("GET /a b HTTP/1.1", 400),
    ("GET /\0 HTTP/1.1", 400),
    ("GET /\u{e4} HTTP/1.1", 400),
    ("GET / HTTP/1.10", 400),
    ("GET / HTTP/0.9", 505),
    ("GET / http/1.1", 400),
    ("GET /", 400),
    ("GET https://play.test:9339/ HTTP/1.1", 400),
    ("TRACE / HTTP/1.1", 405),
    ("PUT / HTTP/1.1", 405),
];

/// All of them, and the status of each.
pub(super) fn requests() -> Vec<(String, u16)> {
    let fields = FIELDS.map(|field| (changed("Pragma: no-cache", field), 400));
    let hosts = HOSTS.map(|host| (changed("play.test:9339", host), 400));
    let lines = LINES.map(|(line, status)| (changed("GET / HTTP/1.1", line), status));
    // Chunks, and the preface of HTTP/2, where the frames should start.
    let chunked = changed("Pragma: no-cache", "Transfer-Encoding: chunked");
    let behind = [
        (
            format!("{chunked}0;ext=\"\r\n\r\nGET /second HTTP/1.1\"\r\n\r\n"),
            400,
        ),
        (
            format!("{chunked}5;\n\rSMUGG\r\n0\r\nContent-Length: 6\r\n\r\n"),
            400,
        ),
        (
            format!(
                "{}PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                changed(
                    "Upgrade: websocket",
                    "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk"
                )
            ),
            426,
        ),
    ];
    let all = [
        fields.to_vec(),
        hosts.to_vec(),
        lines.to_vec(),
        behind.to_vec(),
    ];
    all.into_iter().flatten().collect()
}
