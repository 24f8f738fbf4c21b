//! Which pages may open a WebSocket: the policy decides, and refused pages cost the backend nothing (R26).

use std::net::SocketAddr;
use std::thread;
use std::time::Instant;

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::TestClient;
use testkit::figure;
use testkit::scale::short_or_long;
use testkit::websocket::{WebSocketClient, ask, with_fields};

use super::{ADMIN, LIMIT, ORIGIN, Running, config, start, with_rules};

/// Hosts that a request may name; they do not matter.
const HOSTS: [&str; 4] = ["play.test:9339", "www.a.test", "evil.test:1", "[::1]"];

/// On a gate every path is the same.
const PATHS: [&str; 3] = ["/", "/9339?http://www.a.test", "//www.a.test/%00"];

/// Rules, origins that they allow, and origins that they do not allow.
const TABLE: [(&str, &[&str], &[&str]); 8] = [
    (
        "{ domain = \"www.a.test\" }",
        &[
            "http://www.a.test",
            "https://WWW.A.TEST:8443",
            "http://www.a.test.",
            // The port does not matter.
            "http://www.a.test:0",
        ],
        &[
            "http://a.test",
            "null",
            "",
            "http://www.a.test:0x50",
            // Browsers write an origin in one way only.
            "http://www.a.test:",
            "http://www.a.test:080",
            "http://www.a.test:+80",
            "http://www.a.test:65536",
            r"http://evil.test\@www.a.test",
            r"http://www.a.test\",
            "http://user@www.a.test",
            "http://www.a.test:80@evil.test",
            "http://www.a.test..",
            "http://.www.a.test",
            "http://www.a.test/",
            "http://www.a.test%00.evil.test",
            "ftp://www.a.test",
        ],
    ),
    (
        "{ domain = \"*.a.test\", ports = \"9339\" }",
        &["http://a.test", "https://x.y.a.test", "HTTP://X.A.TEST"],
        &[
            "http://a.test.evil.test",
            "http://ba.test",
            "http://test",
            "http://*.a.test",
        ],
    ),
    (
        "{ domain = \"*.A.Test\" }",
        &["http://x.a.test", "http://X.A.Test."],
        &["http://xa.test"],
    ),
    (
        "{ domain = \"www.a.test\", secure = true }",
        &["https://www.a.test", "https://www.a.test:1"],
        &["http://www.a.test", "http://www.a.test:443"],
    ),
    (
        "{ domain = \"*\" }",
        &["null", "file://", "", "http://[::1]", "http://anybody.test"],
        &["http://a b", "http://", "null, null"],
    ),
    // All origins, and another port.
    (
        "{ domain = \"*\", ports = \"1-9338,9340-65535\" }",
        &[],
        &["null", "", "http://www.a.test", "http://[::1]:9338"],
    ),
    (
        "{ domain = \"www.a.test\", ports = \"1080,9340-9400\" }, { domain = \"192.0.2.1\" }",
        &["http://192.0.2.1:8080"],
        &[
            "http://www.a.test",
            "http://192.0.2.2",
            "http://192.0.2.1.evil.test",
            "http://192.0.513",
            "",
        ],
    ),
    (
        "{ domain = \"[2001:db8::1]\" }",
        &[],
        &[
            "http://[2001:db8::2]",
            "http://2001:db8::1",
            "http://[2001:db8::1",
            "http://[::ffff:192.0.2.1]",
        ],
    ),
];

fn status(to: SocketAddr, path: &str, host: &str, origin: &str) -> u16 {
    let field = if origin.is_empty() {
        String::new()
    } else {
        format!("Origin: {origin}\r\n")
    };
    let request = with_fields(path, &field).replace("play.test:9339", host);
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

/// R26: each origin with each host and each path.
#[test]
fn table() {
    let mut rows = 0;
    for (rules, admitted, refused) in TABLE {
        let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
        // The last origin is always allowed.
        let rules = format!("{rules}, {{ domain = \"last.test\" }}");
        let gate = start(&with_rules(&rules, backend.address(), "", ""));
        let places = HOSTS
            .iter()
            .flat_map(|host| PATHS.iter().map(move |path| (*host, *path)));
        for (host, path) in places {
            for origin in admitted {
                let found = status(gate.gate, path, host, origin);
                assert_eq!(found, 101, "{rules} {path} {host} {origin}");
                backend.record(LIMIT).unwrap();
            }
            for origin in refused {
                let found = status(gate.gate, path, host, origin);
                assert_eq!(found, 403, "{rules} {path} {host} {origin}");
            }
            rows += admitted.len() + refused.len();
        }
        // No other request has reached the backend.
        let mut last = WebSocketClient::open(gate.gate, "/", Some("http://last.test")).unwrap();
        last.say(b"last");
        last.half_close().unwrap();
        assert_eq!(backend.record(LIMIT).unwrap().bytes, b"last");
    }
    assert!(rows >= 80 * PATHS.len(), "{rows} rows");
}

#[test]
fn told() {
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
    let mut gate = start(&config(backend.address(), "", ADMIN));
    assert_eq!(
        status(gate.gate, "/", "a.test", "http://evil.test\u{1b}[2J"),
        400,
        "no control byte is logged"
    );
    assert_eq!(status(gate.gate, "/", "a.test", "http://\u{e4}.test"), 403);
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
    // Each origin is logged, up to ten a second.
    let origins: Vec<_> = (0..6).map(|n| format!("http://evil-{n}.test")).collect();
    for origin in &origins {
        assert_eq!(status(gate.gate, "/", "a.test", origin), 403);
    }
    for origin in &origins {
        gate.daemon.wait_for_line(origin, LIMIT).unwrap();
    }
    gate.counts("outcome=\"origin-refused\"", 7);
    let begin = Instant::now();
    for _ in 0..200 {
        assert_eq!(status(gate.gate, "/", "a.test", "http://evil.test"), 403);
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

/// Why the policy refuses a page: the body of the 403 and the log say the same.
#[test]
fn reasons() {
    let cases = [
        (
            "{ domain = \"*\", ports = \"1-2000\" }",
            "",
            "",
            "the rule for `*` does not include port 9339",
        ),
        (
            "{ domain = \"*\", ports = \"1-2000\" }",
            "",
            "null",
            "the rule for `*` does not include port 9339",
        ),
        (
            "{ domain = \"a.test\" }",
            "",
            "",
            "only a rule for `*` allows pages without an Origin (port 9339)",
        ),
        (
            "{ domain = \"a.test\" }",
            "",
            "http://b.test",
            "there is no rule for this Origin (port 9339)",
        ),
        (
            "{ domain = \"a.test\", ports = \"8080\" }",
            "",
            "http://a.test",
            "the rule for this Origin does not include port 9339",
        ),
        (
            "{ domain = \"a.test\", secure = true }",
            "",
            "http://a.test",
            "this Origin may use port 9339 only over https",
        ),
        ("{ domain = \"a.test\" }", "", "x", "expected one Origin"),
        // A player that finds `none` on port 843 connects nowhere.
        (
            "{ domain = \"a.test\" }",
            "none",
            "http://a.test",
            "`site-control` is `none`",
        ),
    ];
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
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
    // On ports other than 843 a meta-policy means nothing, and with `master-only` the rules of this policy apply.
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
        let opened = WebSocketClient::open(gate.gate, "/", ORIGIN).is_ok();
        assert_eq!(opened, admits, "{site_control} on {port}");
    }
}

/// Random numbers that are the same in every run (xorshift64).
struct Chance(u64);

impl Chance {
    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        choices[usize::try_from(self.0 >> 33).unwrap() % choices.len()]
    }
}

/// A random request, and where it comes from.
struct Asked {
    text: String,
    /// The gate that its path selects, if any.
    gate: Option<usize>,
    /// The kind of its origin.
    page: Page,
}

/// A page, by the gate whose policy allows it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    Of(usize),
    Nobodys,
}

/// Pages of the two gates, and similar ones.
const PAGES: [(&str, Page); 17] = [
    ("Origin: http://www.a.test\r\n", Page::Of(0)),
    ("Origin: https://www.a.test:8443\r\n", Page::Of(0)),
    ("Origin: http://x.b.test\r\n", Page::Of(1)),
    ("Origin: http://B.Test\r\n", Page::Of(1)),
    ("", Page::Nobodys),
    ("Origin: null\r\n", Page::Nobodys),
    ("Origin: http://www.a.test.evil.test\r\n", Page::Nobodys),
    ("Origin: http://evil.test\r\n", Page::Nobodys),
    ("Origin: http://www.a.test@evil.test\r\n", Page::Nobodys),
    (
        "Origin: http://evil.test#http://www.a.test\r\n",
        Page::Nobodys,
    ),
    ("Origin: http://www.a.test/\r\n", Page::Nobodys),
    (
        "Origin: http://www.a.test, http://evil.test\r\n",
        Page::Nobodys,
    ),
    (
        "Origin: http://www.a.test\r\nOrigin: http://evil.test\r\n",
        Page::Nobodys,
    ),
    ("Origin: http://evil.test:9339\r\n", Page::Nobodys),
    ("Origin: file://www.a.test\r\n", Page::Nobodys),
    ("Origin: http://xwww.a.test\r\n", Page::Nobodys),
    ("Origin: http://127.0.0.1\r\n", Page::Nobodys),
];

/// Paths of the two gates, and others; `OTHER` means a server that no config names.
const TARGETS: [(&str, Option<usize>); 10] = [
    ("/9339", Some(0)),
    ("/9340", Some(1)),
    ("/9339?host=127.0.0.1&port=OTHER", Some(0)),
    ("/9340?/9339", Some(1)),
    ("/9338", None),
    ("/one", None),
    ("/127.0.0.1:OTHER", None),
    ("/OTHER", None),
    ("/9339/../OTHER", None),
    ("/?host=127.0.0.1&port=OTHER", None),
];

fn random_request(chance: &mut Chance, other: SocketAddr) -> Asked {
    let (page_field, page) = chance.one_of(&PAGES);
    let (path, gate) = chance.one_of(&TARGETS);
    let host = chance.one_of(&["play.test", "www.a.test", "127.0.0.1:OTHER", "evil.test"]);
    let extra = chance.one_of(&[
        "",
        "X-Forwarded-For: 127.0.0.1\r\n",
        "Referer: http://www.a.test/\r\n",
        "Sec-WebSocket-Origin: http://www.a.test\r\n",
        "X-Forwarded-Host: 127.0.0.1:OTHER\r\n",
        "Forwarded: host=127.0.0.1:OTHER;for=127.0.0.1\r\n",
        "Sec-WebSocket-Protocol: binary\r\n",
    ]);
    let text = with_fields(path, &format!("{extra}{page_field}"))
        .replace("play.test:9339", host)
        .replace("OTHER", &other.port().to_string());
    Asked { text, gate, page }
}

/// A bridge to two gates, whose policies allow different pages.
fn two_gates(backends: &[TestBackend; 2]) -> Running {
    let [one, two] = backends.each_ref().map(TestBackend::address);
    let more = format!(
        "policy = \"default\"\n[[gate]]\nname = \"two\"\naddress = \"127.0.0.1:0\"\npublic-port = 9340\n\
         backend = \"{two}\"\npolicy = \"b\"\n[policy.b]\nrules = [{{ domain = \"*.b.test\" }}]\n"
    );
    let bridge = "[bridge]\naddress = \"127.0.0.1:0\"\n";
    start(&config(one, &more, bridge))
}

/// Sends this many random requests; returns how many were refused and granted for each gate.
fn ask_at_random(seed: u64, count: u64, bridge: SocketAddr, other: SocketAddr) -> [u64; 2] {
    let (mut chance, mut granted) = (Chance(seed), [0; 2]);
    for _ in 0..count {
        let asked = random_request(&mut chance, other);
        let (response, stream) = ask(bridge, &asked.text).unwrap();
        let expected = match (asked.gate, asked.page) {
            (None, _) => 404,
            (Some(gate), Page::Of(other)) if gate == other => 101,
            (Some(_), _) => 403,
        };
        assert_eq!(response.status, expected, "{}", asked.text);
        if let (101, Some(gate)) = (response.status, asked.gate) {
            let mut socket = WebSocketClient::of(&response, stream).unwrap();
            socket.say(NAMES[gate]);
            socket.half_close().unwrap();
            granted[gate] += 1;
        }
    }
    granted
}

const NAMES: [&[u8]; 2] = [b"one", b"two"];

/// R26: of random requests, those that the policy allows reach the gate of their path, and all others no server.
#[test]
fn random() {
    let each = short_or_long(10_000, 25_000);
    let record = || TestBackend::start(BackendBehaviour::Record).unwrap();
    let (backends, other) = ([record(), record()], record());
    let running = two_gates(&backends);
    let (bridge, elsewhere) = (running.bridge.unwrap(), other.address());
    let granted = thread::scope(|scope| {
        let seeds = [0x5eed, 0xfeed, 0xbead, 0xcafe];
        let threads =
            seeds.map(|seed| scope.spawn(move || ask_at_random(seed, each, bridge, elsewhere)));
        let counts = threads.map(|thread| thread.join().unwrap());
        counts
            .iter()
            .fold([0, 0], |sum, one| [sum[0] + one[0], sum[1] + one[1]])
    });
    let lasts = [("/9339", "http://www.a.test"), ("/9340", "http://b.test")];
    for (gate, (path, page)) in lasts.into_iter().enumerate() {
        // Earlier connections may still be on their way.
        let mut heard = 0;
        while heard < granted[gate] {
            let record = backends[gate].record(LIMIT).unwrap();
            assert_eq!(record.bytes, NAMES[gate]);
            heard += 1;
        }
        let mut last = WebSocketClient::open(bridge, path, Some(page)).unwrap();
        last.say(b"last");
        last.half_close().unwrap();
        let more = backends[gate].records_until(b"last", LIMIT).unwrap();
        assert_eq!(more.len(), 0, "no other request reaches gate {gate}");
    }
    let mut last = TestClient::connect(elsewhere).unwrap();
    last.send(b"last");
    last.half_close().unwrap();
    let strays = other.records_until(b"last", LIMIT).unwrap();
    assert_eq!(strays.len(), 0, "no connection leaves the config");
    let (all, admitted) = (4 * each, granted[0] + granted[1]);
    assert!(admitted > all / 50, "{admitted} of {all}");
    figure::report(
        "R26",
        format!(
            "{all} random requests to a bridge of two gates: {admitted} allowed, each to its own; {} refused, 0 \
             connections to either server or elsewhere",
            all - admitted
        ),
    );
}
