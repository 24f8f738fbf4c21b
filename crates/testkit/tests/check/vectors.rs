//! Decisions over real sockets: the same verdicts as of the player with a clock that is only a number.

use serde_json::Value;
use testkit::needs;
use testkit::zoo::Step::{End, Read, ReadLine, Send, Wait};
use testkit::zoo::{Enclosure, Script, missing};

use super::report;

/// What is on 843, what on the destination port, and further arguments; the verdict and the reason.
struct Vector {
    id: &'static str,
    master: Option<&'static str>,
    /// How many milliseconds the master waits before it answers.
    wait: u64,
    destination: Option<&'static str>,
    /// Another port with a policy.
    other: Option<(u16, &'static str)>,
    from: &'static str,
    port: u16,
    further: &'static [&'static str],
    expected: (&'static str, &'static str),
}

const V: Vector = Vector {
    id: "",
    master: None,
    wait: 0,
    destination: None,
    other: None,
    from: "http://a.test/",
    port: 5000,
    further: &[],
    expected: ("", ""),
};

const ALL: &str = "<allow-access-from domain=\"*\" to-ports=\"*\"/>";
const ON_4000: &str = "<allow-access-from domain=\"*\" to-ports=\"4000\"/>";
const ON_5000: &str = "<allow-access-from domain=\"*\" to-ports=\"5000\"/>";
const UNDER_A: &str = "<allow-access-from domain=\"*.a.test\" to-ports=\"*\"/>";
const SECURE: &str = "<allow-access-from domain=\"*\" to-ports=\"*\" secure=\"true\"/>";

const GRANTED: (&str, &str) = ("allowed", "granted");
const NO_MATCH: (&str, &str) = ("denied", "no-rule-matches");
const NO_POLICY: (&str, &str) = ("denied", "no-policy");

/// Named as in the list of vectors of the player's own tests.
const VECTORS: [Vector; 39] = [
    Vector {
        id: "D1",
        master: Some(ALL),
        expected: GRANTED,
        ..V
    },
    Vector {
        id: "D2",
        master: Some(ALL),
        wait: 30_000,
        destination: Some(ON_5000),
        expected: GRANTED,
        ..V
    },
    Vector {
        id: "D14",
        other: Some((
            5000,
            "<allow-access-from domain=\"*\" to-ports=\"80-6000\"/>",
        )),
        port: 1024,
        further: &["--load-policy", "xmlsocket://srv.test:5000"],
        expected: GRANTED,
        ..V
    },
    Vector {
        id: "D16",
        master: Some("<site-control permitted-cross-domain-policies=\"master-only\"/>"),
        other: Some((100, ALL)),
        further: &["--load-policy", "xmlsocket://srv.test:100"],
        expected: ("denied", "meta-policy-master-only"),
        ..V
    },
    named("D17", UNDER_A, "http://a.test/", GRANTED),
    named("D20", A_TEST, "http://www.a.test/", NO_MATCH),
    named("D21", WWW, "http://a.test/", NO_MATCH),
    named("D22", UPPER_CASE, "http://a.test/", GRANTED),
    named("D23", ADDRESS, "http://192.0.2.1/x.swf", GRANTED),
    named("D24", ADDRESS, "http://a.test/", NO_MATCH),
    named("D25", LOCALHOST, "http://127.0.0.1/", NO_MATCH),
    named("D33", ALL, "https://a.test/", GRANTED),
    named("D34", OVER_HTTP, "https://www.a.test/", NO_MATCH),
    named("D35", OVER_HTTP, "http://www.a.test/", GRANTED),
    named("D38", NO_PORTS, "http://a.test/", NO_MATCH),
    Vector {
        id: "D44",
        master: Some(ALL),
        wait: 5_000,
        expected: NO_POLICY,
        ..V
    },
    Vector {
        id: "D45",
        master: Some(ALL),
        wait: 5_000,
        further: &["--load-policy", "xmlsocket://srv.test:843"],
        expected: GRANTED,
        ..V
    },
    Vector {
        id: "D47",
        master: Some("<site-control permitted-cross-domain-policies=\"by-content-type\"/>"),
        destination: Some(ON_5000),
        expected: ("denied", "meta-policy-master-only"),
        ..V
    },
    Vector {
        id: "D3",
        destination: Some(ON_5000),
        expected: GRANTED,
        ..V
    },
    Vector {
        id: "D4",
        expected: NO_POLICY,
        ..V
    },
    Vector {
        id: "D5",
        from: "http://srv.test/",
        expected: NO_POLICY,
        ..V
    },
    Vector {
        id: "D6",
        master: Some(ON_4000),
        destination: Some(ON_5000),
        expected: GRANTED,
        ..V
    },
    Vector {
        id: "D7",
        master: Some(
            "<site-control permitted-cross-domain-policies=\"master-only\"/><allow-access-from domain=\"*\" to-ports=\"4000\"/>",
        ),
        destination: Some(ON_5000),
        expected: ("denied", "meta-policy-master-only"),
        ..V
    },
    Vector {
        id: "D8",
        master: Some(
            "<site-control permitted-cross-domain-policies=\"none\"/><allow-access-from domain=\"*\" to-ports=\"*\"/>",
        ),
        destination: Some(ALL),
        expected: ("denied", "meta-policy-none"),
        ..V
    },
    Vector {
        id: "D9",
        master: Some("<site-control permitted-cross-domain-policies=\"all\"/>"),
        destination: Some(ON_5000),
        expected: GRANTED,
        ..V
    },
    Vector {
        id: "D10",
        master: Some(""),
        destination: Some(ON_5000),
        expected: GRANTED,
        ..V
    },
    Vector {
        id: "D11",
        destination: Some(
            "<site-control permitted-cross-domain-policies=\"none\"/><allow-access-from domain=\"*\" to-ports=\"5000\"/>",
        ),
        expected: GRANTED,
        ..V
    },
    Vector {
        id: "D12",
        destination: Some(ALL),
        port: 80,
        expected: GRANTED,
        ..V
    },
    Vector {
        id: "D13",
        other: Some((5000, ALL)),
        port: 80,
        further: &["--load-policy", "xmlsocket://srv.test:5000"],
        expected: ("denied", "port-authority"),
        ..V
    },
    Vector {
        id: "D15",
        other: Some((100, ALL)),
        port: 23,
        further: &["--load-policy", "xmlsocket://srv.test:100"],
        expected: GRANTED,
        ..V
    },
    Vector {
        id: "D18",
        master: Some(UNDER_A),
        from: "http://x.y.a.test/",
        expected: GRANTED,
        ..V
    },
    Vector {
        id: "D19",
        master: Some(UNDER_A),
        from: "http://ba.test/",
        expected: NO_MATCH,
        ..V
    },
    Vector {
        id: "D27",
        master: Some(ALL),
        further: &["--sandbox", "local-with-network"],
        expected: GRANTED,
        ..V
    },
    Vector {
        id: "D28",
        master: Some(ALL),
        further: &["--sandbox", "local-with-file"],
        expected: ("denied", "sandbox"),
        ..V
    },
    Vector {
        id: "D30",
        further: &["--sandbox", "application"],
        expected: ("allowed", "no-policy-needed"),
        ..V
    },
    Vector {
        id: "D31",
        master: Some(SECURE),
        expected: ("denied", "secure-only"),
        ..V
    },
    Vector {
        id: "D32",
        master: Some(SECURE),
        from: "https://a.test/",
        expected: GRANTED,
        ..V
    },
    Vector {
        id: "D43",
        from: "http://srv.test/",
        further: &["--player", "9.0.47"],
        expected: ("allowed", "no-policy-needed"),
        ..V
    },
    Vector {
        id: "D53",
        master: Some("<allow-access-from domain=\"*\" to-ports=\"1024-65535\"/>"),
        further: &["--client", "lightspark"],
        expected: NO_MATCH,
        ..V
    },
];

const A_TEST: &str = "<allow-access-from domain=\"a.test\" to-ports=\"*\"/>";
const WWW: &str = "<allow-access-from domain=\"www.a.test\" to-ports=\"*\"/>";
const UPPER_CASE: &str = "<allow-access-from domain=\"A.TEST\" to-ports=\"*\"/>";
const ADDRESS: &str = "<allow-access-from domain=\"192.0.2.1\" to-ports=\"*\"/>";
const LOCALHOST: &str = "<allow-access-from domain=\"localhost\" to-ports=\"*\"/>";
const OVER_HTTP: &str = "<allow-access-from domain=\"http://*.a.test\" to-ports=\"*\"/>";
const NO_PORTS: &str = "<allow-access-from domain=\"*\"/>";

/// One policy on 843, and a movie from there.
const fn named(
    id: &'static str,
    rules: &'static str,
    from: &'static str,
    expected: (&'static str, &'static str),
) -> Vector {
    Vector {
        id,
        master: Some(rules),
        from,
        expected,
        ..V
    }
}

/// Leaked, as the tests of a run are few.
fn serves(rules: &str, wait: u64) -> &'static [Script] {
    let reply = format!("<cross-domain-policy>{rules}</cross-domain-policy>\0").into_bytes();
    let script: Script = vec![Read, Wait(wait), Send(reply.leak()), End].leak();
    vec![script].leak()
}

#[test]
fn verdicts() {
    if !needs::met(missing()) {
        return;
    }
    // Side by side, as some of them wait.
    let (one, other) = VECTORS.split_at(VECTORS.len() / 2);
    std::thread::scope(|scope| {
        for vectors in [one, other] {
            scope.spawn(|| vectors.iter().for_each(check));
        }
    });
}

fn check(vector: &Vector) {
    let told = judged(vector);
    assert_eq!(
        (told["verdict"].as_str(), told["reason"].as_str()),
        (Some(vector.expected.0), Some(vector.expected.1)),
        "{}: {told:#}",
        vector.id
    );
}

fn judged(vector: &Vector) -> Value {
    let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    let mut listen = |port: u16, turns| {
        let address = format!("127.0.0.1:{port}");
        enclosure.listen(&address, turns).unwrap();
    };
    if let Some(rules) = vector.master {
        listen(843, serves(rules, vector.wait));
    }
    listen(
        vector.port,
        vector
            .destination
            .map_or(&[&[Read, End]], |rules| serves(rules, 0)),
    );
    if let Some((port, rules)) = vector.other {
        listen(port, serves(rules, 0));
    }
    let target = format!("srv.test:{}", vector.port);
    let arguments = [
        &[&target, "--from", vector.from, "--format", "json"],
        vector.further,
    ]
    .concat();
    report(&enclosure.check(&arguments).unwrap())
}

/// D42: a player before 9.0.124 takes a policy over HTTP that the movie loads, for ports from 1024 up.
#[test]
fn a_policy_over_http() {
    if !needs::met(missing()) {
        return;
    }
    let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    let body = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<cross-domain-policy><allow-access-from domain=\"a.test\"/></cross-domain-policy>";
    let script: Script = vec![ReadLine, Send(body), End].leak();
    enclosure
        .listen("127.0.0.1:80", vec![script].leak())
        .unwrap();
    enclosure.listen("127.0.0.1:5000", &[&[Read, End]]).unwrap();
    let load = [
        "--load-policy",
        "http://srv.test/crossdomain.xml",
        "--from",
        "http://a.test/",
    ];
    for (target, player, verdict) in [
        ("srv.test:5000", "9.0.47", "allowed"),
        ("srv.test:80", "9.0.47", "denied"),
        ("srv.test:5000", "32", "denied"),
    ] {
        let arguments = [&[target, "--player", player, "--format", "json"], &load[..]].concat();
        let told = report(&enclosure.check(&arguments).unwrap());
        assert_eq!(told["verdict"], verdict, "{target} {player}: {told:#}");
    }
}

/// Players from 24 on are said to block some ports: told with its certainty, and the verdict stays the policy's.
#[test]
fn a_blocked_port() {
    if !needs::met(missing()) {
        return;
    }
    let vector = |port, further| Vector {
        id: "a blocked port",
        master: Some(ALL),
        port,
        further,
        expected: GRANTED,
        ..V
    };
    let (late, early): (&[&str], &[&str]) = (&["--player", "WIN 24,0,0,186"], &["--player", "23"]);
    for (port, further, is_told) in [
        (6667, late, true),
        (22, late, true),
        (6667, &[], true),
        (6667, early, false),
        (9339, late, false),
    ] {
        let told = judged(&vector(port, further));
        assert_eq!(told["verdict"], "allowed", "{told:#}");
        let has = |list: &str, id: &str| {
            let mut list = told[list].as_array().unwrap().iter();
            list.any(|entry| entry["id"] == id)
        };
        assert_eq!(
            (
                has("findings", "blocked-by-player"),
                has("not-known", "blocked-port")
            ),
            (is_told, is_told),
            "{told:#}"
        );
    }
}

/// As a player's own messages write a target, and as it reports its version.
#[test]
fn what_gets_pasted() {
    if !needs::met(missing()) {
        return;
    }
    let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    enclosure.listen("127.0.0.1:843", serves(ALL, 0)).unwrap();
    enclosure.listen("127.0.0.1:5000", &[&[Read, End]]).unwrap();
    let targets = ["xmlsocket://srv.test:5000", "XMLSocket://srv.test:5000/"];
    let versions = [
        "WIN 32,0,0,465",
        "LNX 11,2,202,644",
        "MAC 10,1,53,64",
        "32,0,0,465",
        "32.0.0.465",
    ];
    for target in targets {
        for version in versions {
            let arguments = [
                target,
                "--from",
                "http://a.test/",
                "--player",
                version,
                "--format",
                "json",
            ];
            let told = report(&enclosure.check(&arguments).unwrap());
            assert_eq!(told["reason"], "granted", "{target} {version}: {told:#}");
        }
    }
}
