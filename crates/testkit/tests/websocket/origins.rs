//! Which pages may open a WebSocket: the policy says so, and who is refused costs the backend nothing (R26).

use std::net::SocketAddr;
use std::thread;
use std::time::Instant;

use testkit::backend::{Backend, Manner};
use testkit::figure;
use testkit::scale::short_or_long;
use testkit::websocket::{WebSocket, ask, with_fields};

use super::{ADMIN, LIMIT, ORIGIN, config, start, with_rules};

/// Hosts that a page may name; none plays a part.
const HOSTS: [&str; 4] = ["play.test:9339", "www.a.test", "evil.test:1", "[::1]"];

/// Some rules, origins that they admit, and origins that they don't.
const TABLE: [(&str, &[&str], &[&str]); 5] = [
    (
        "{ domain = \"www.a.test\" }",
        &["http://www.a.test", "https://WWW.A.TEST:8443"],
        &["http://a.test", "null"],
    ),
    (
        "{ domain = \"*.a.test\", ports = \"9339\" }",
        &["http://a.test", "https://x.y.a.test"],
        &["http://a.test.evil.test", "http://ba.test"],
    ),
    (
        "{ domain = \"www.a.test\", secure = true }",
        &["https://www.a.test", "https://www.a.test:1"],
        &["http://www.a.test", "http://www.a.test:443"],
    ),
    (
        "{ domain = \"*\" }",
        &["null", "file://", ""],
        &["http://a b"],
    ),
    (
        "{ domain = \"www.a.test\", ports = \"1080,9340-9400\" }, { domain = \"192.0.2.1\" }",
        &["http://192.0.2.1:8080"],
        &["http://www.a.test", "http://192.0.2.2", ""],
    ),
];

fn status(to: SocketAddr, host: &str, origin: &str) -> u16 {
    let field = if origin.is_empty() {
        String::new()
    } else {
        format!("Origin: {origin}\r\n")
    };
    let request = with_fields("/", &field).replace("play.test:9339", host);
    let (response, _) = ask(to, &request).unwrap();
    if response.status == 403 {
        assert!(
            response.body.starts_with("refused by the policy: "),
            "{response:?}"
        );
        assert_eq!(response.body.lines().count(), 1);
    }
    response.status
}

#[test]
fn table() {
    let mut rows = 0;
    for (rules, admitted, refused) in TABLE {
        let backend = Backend::start(Manner::Record).unwrap();
        let rules = rules.replace("  ", " ");
        let gate = start(&with_rules(&rules, backend.address(), "", ""));
        for host in HOSTS {
            for origin in admitted {
                assert_eq!(
                    status(gate.gate, host, origin),
                    101,
                    "{rules} {host} {origin}"
                );
                backend.record(LIMIT).unwrap();
            }
            for origin in refused {
                assert_eq!(
                    status(gate.gate, host, origin),
                    403,
                    "{rules} {host} {origin}"
                );
            }
            rows += admitted.len() + refused.len();
        }
        // Nobody else has reached the backend: the next record is that of whoever comes last.
        let mut last = WebSocket::open(
            gate.gate,
            "/",
            Some(admitted[0]).filter(|origin| !origin.is_empty()),
        )
        .unwrap();
        last.say(b"last");
        last.half_close().unwrap();
        assert_eq!(backend.record(LIMIT).unwrap().bytes, b"last");
    }
    assert_eq!(rows, 80, "the rows of the table");
}

#[test]
fn told() {
    let backend = Backend::start(Manner::Record).unwrap();
    let mut gate = start(&config(backend.address(), "", ADMIN));
    assert_eq!(
        status(gate.gate, "a.test", "http://evil.test\u{1b}[2J"),
        400,
        "no control byte passes"
    );
    assert_eq!(status(gate.gate, "a.test", "http://\u{e4}.test"), 403);
    let line = gate
        .daemon
        .wait_for_line("refused a WebSocket", LIMIT)
        .unwrap();
    assert!(
        line.contains("WARN") && line.contains("gate=\"game\""),
        "{line}"
    );
    assert!(line.contains("\\xc3\\xa4"), "{line}");
    gate.counts("outcome=\"origin-refused\"", 1);
    // Each origin is told, as long as there are no more than ten a second.
    let origins: Vec<_> = (0..6).map(|n| format!("http://evil-{n}.test")).collect();
    for origin in &origins {
        assert_eq!(status(gate.gate, "a.test", origin), 403);
    }
    for origin in &origins {
        gate.daemon.wait_for_line(origin, LIMIT).unwrap();
    }
    gate.counts("outcome=\"origin-refused\"", 7);
    let begin = Instant::now();
    for _ in 0..200 {
        assert_eq!(status(gate.gate, "a.test", "http://evil.test"), 403);
    }
    let seconds = usize::try_from(begin.elapsed().as_secs()).unwrap() + 2;
    let lines = gate
        .daemon
        .log()
        .iter()
        .filter(|line| line.contains("refused a WebSocket"));
    assert!(lines.count() <= 10 * seconds);
    gate.counts("outcome=\"origin-refused\"", 207);
}

/// What the policy has against a page, to the point: the body of the 403 and the log say the same.
#[test]
fn reasons() {
    let cases = [
        (
            "{ domain = \"*\", ports = \"1-1000\" }",
            "",
            "",
            "its rule for `*` does not hold port 9339",
        ),
        (
            "{ domain = \"*\", ports = \"1-1000\" }",
            "",
            "null",
            "its rule for `*` does not hold port 9339",
        ),
        (
            "{ domain = \"a.test\" }",
            "",
            "",
            "only by a rule for `*`, and has none (port 9339)",
        ),
        (
            "{ domain = \"a.test\" }",
            "",
            "http://b.test",
            "it has no rule for this Origin (port 9339)",
        ),
        (
            "{ domain = \"a.test\", ports = \"80\" }",
            "",
            "http://a.test",
            "its rule for this Origin does not hold port 9339",
        ),
        (
            "{ domain = \"a.test\", secure = true }",
            "",
            "http://a.test",
            "this Origin to port 9339 over https only",
        ),
        ("{ domain = \"a.test\" }", "", "x", "expected one Origin"),
        // A player that finds `none` on port 843 connects nowhere.
        (
            "{ domain = \"a.test\" }",
            "none",
            "http://a.test",
            "its `site-control` is `none`",
        ),
    ];
    let backend = Backend::start(Manner::Record).unwrap();
    for (rules, site_control, origin, reason) in cases {
        let mut text = with_rules(rules, backend.address(), "", "");
        if !site_control.is_empty() {
            let key = format!("[policy.default]\nsite-control = \"{site_control}\"");
            text = text
                .replace("[policy.default]", &key)
                .replace("public-port = 9339", "public-port = 843");
        }
        let mut gate = start(&text);
        let field = match origin {
            "" => String::new(),
            origin => format!("Origin: {origin}\r\n"),
        };
        let (response, _) = ask(gate.gate, &with_fields("/", &field)).unwrap();
        assert_eq!(response.status, 403, "{rules} {origin}");
        assert!(
            response.body.contains(reason),
            "expected {reason:?}: {response:?}"
        );
        gate.daemon.wait_for_line(reason, LIMIT).unwrap();
    }
    // Elsewhere than on port 843 a meta-policy means nothing, and with `master-only` the rules of this one hold.
    for (site_control, port, admits) in [
        ("master-only", 843, true),
        ("all", 843, true),
        ("none", 843, false),
        ("none", 9339, true),
    ] {
        let text = with_rules("{ domain = \"www.a.test\" }", backend.address(), "", "")
            .replace(
                "[policy.default]",
                &format!("[policy.default]\nsite-control = \"{site_control}\""),
            )
            .replace("public-port = 9339", &format!("public-port = {port}"));
        let gate = start(&text);
        let opened = WebSocket::open(gate.gate, "/", ORIGIN).is_ok();
        assert_eq!(opened, admits, "{site_control} on {port}");
    }
}

/// As much chance as a test needs: the same numbers in every run (xorshift64).
struct Chance(u64);

impl Chance {
    fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        choices[usize::try_from(self.0 >> 33).unwrap() % choices.len()]
    }
}

/// A random request that must be refused.
fn hopeless(chance: &mut Chance) -> String {
    let origin = chance.one_of(&[
        "",
        "Origin: null\r\n",
        "Origin: http://www.a.test.evil.test\r\n",
        "Origin: http://evil.test\r\n",
        "Origin: http://www.a.test@evil.test\r\n",
        "Origin: http://evil.test#http://www.a.test\r\n",
        "Origin: http://www.a.test/\r\n",
        "Origin: http://www.a.test, http://evil.test\r\n",
        "Origin: http://www.a.test\r\nOrigin: http://evil.test\r\n",
        "Origin: http://evil.test:9339\r\n",
        "Origin: file://www.a.test\r\n",
        "Origin: http://xwww.a.test\r\n",
        "Origin: http://127.0.0.1\r\n",
    ]);
    let path = chance.one_of(&[
        "/",
        "/9339",
        "/game",
        "/127.0.0.1:9340",
        "/?host=127.0.0.1&port=22",
        "/http://evil.test/",
    ]);
    let host = chance.one_of(&["play.test", "www.a.test", "127.0.0.1:22", "evil.test"]);
    let extra = chance.one_of(&[
        "",
        "X-Forwarded-For: 127.0.0.1\r\n",
        "Referer: http://www.a.test/\r\n",
        "Sec-WebSocket-Origin: http://www.a.test\r\n",
        "X-Forwarded-Host: www.a.test\r\n",
        "Forwarded: host=www.a.test\r\n",
        "Sec-WebSocket-Protocol: binary\r\n",
    ]);
    with_fields(path, &format!("{extra}{origin}")).replace("play.test:9339", host)
}

/// R26: of random requests that the policy doesn't admit, none reaches a backend.
#[test]
fn random() {
    let each = short_or_long(500, 25_000);
    let backend = Backend::start(Manner::Record).unwrap();
    let gate = start(&config(backend.address(), "", ""));
    let to = gate.gate;
    thread::scope(|scope| {
        for seed in [0x5eed, 0xfeed, 0xbead, 0xcafe] {
            scope.spawn(move || {
                let mut chance = Chance(seed);
                for _ in 0..each {
                    let request = hopeless(&mut chance);
                    let (response, _) = ask(to, &request).unwrap();
                    assert_eq!(response.status, 403, "{request}");
                }
            });
        }
    });
    let mut last = WebSocket::open(to, "/", ORIGIN).unwrap();
    last.say(b"last");
    last.half_close().unwrap();
    assert_eq!(backend.records_until(b"last", LIMIT).unwrap().len(), 0);
    figure::report(
        "R26",
        format!(
            "{} random requests refused, 0 connections to the backend",
            4 * each
        ),
    );
}
